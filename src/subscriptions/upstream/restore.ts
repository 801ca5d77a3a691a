import type { Failure } from '../../base/failure.ts'
import type { UnitKey } from '../stream.ts'
import { type SubCall, subscribeCalls, type SubOutcome } from './upstream-calls.ts'
import type { WantedUnit } from './upstream-set.ts'

/**
 * Refused calls that one restore splits. One bad unit among a hundred is found after about 14 refusals, so this is
 * enough for a dozen bad units. The bound prevents thousands of calls after the quota has shrunk.
 */
const MAX_REFUSALS = 200

/** Refusals without one accepted call after which OpenD counts as not ready. A good unit is accepted earlier. */
const MAX_REFUSALS_OF_ALL = 20

/** The result of a restore. */
export interface Restored {
  /** False when it stopped early and must be tried again. */
  readonly isComplete: boolean
  /** The units that OpenD refused. */
  readonly refused: readonly Refused[]
}

/** Units that OpenD refused, with its failure. */
export interface Refused {
  readonly keys: readonly UnitKey[]
  readonly failure: Failure
}

/** The restore must be tried again. Subscribers keep their units until then. */
const UNFINISHED: Restored = { isComplete: false, refused: [] }

type Subscribe = (call: SubCall) => Promise<SubOutcome>

/**
 * Subscribes many units on a new link. A refused call is halved until the refused units are found. When OpenD refuses
 * everything, it is probably not ready (not logged in yet, for example), and the restore is unfinished; with
 * `isRefusalFinal` the refusals count. A call without a reply ends the restore, because the next one would wait too.
 */
export async function restore(
  units: readonly WantedUnit[],
  subscribe: Subscribe,
  isRefusalFinal: boolean,
): Promise<Restored> {
  const first = await subscribeAll(subscribeCalls(units), subscribe)
  if (!first.isComplete) return UNFINISHED
  const refused: Refused[] = []
  const open = [...first.refused]
  let { accepted } = first
  let refusals = 0
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { call, failure } = one
    if (accepted === 0 && refusals >= MAX_REFUSALS_OF_ALL && !isRefusalFinal) return UNFINISHED
    if (call.units.length === 1 || refusals >= MAX_REFUSALS) {
      refused.push({ keys: call.units.map(({ key }) => key), failure })
      continue
    }
    const halves = await subscribeAll(halvesOf(call.units).flatMap(subscribeCalls), subscribe)
    if (!halves.isComplete) return UNFINISHED
    accepted += halves.accepted
    refusals += halves.refused.length
    open.push(...halves.refused)
  }
  return accepted === 0 && refused.length > 0 && !isRefusalFinal ? UNFINISHED : { isComplete: true, refused }
}

async function subscribeAll(calls: readonly SubCall[], subscribe: Subscribe) {
  const refused: { readonly call: SubCall; readonly failure: Failure }[] = []
  let accepted = 0
  for (const call of calls) {
    const outcome = await subscribe(call)
    if (outcome.kind === 'done') accepted++
    else if (outcome.kind === 'refused') refused.push({ call, failure: outcome.failure })
    else return { isComplete: false, accepted, refused }
  }
  return { isComplete: true, accepted, refused }
}

function halvesOf(units: readonly WantedUnit[]): readonly (readonly WantedUnit[])[] {
  const middle = Math.ceil(units.length / 2)
  return [units.slice(0, middle), units.slice(middle)]
}
