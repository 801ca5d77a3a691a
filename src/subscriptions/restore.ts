import type { Failure } from '../base/failure.ts'
import type { UnitKey } from './stream.ts'
import { type SubCall, subscribeCalls, type SubOutcome } from './upstream-calls.ts'
import type { WantedUnit } from './upstream-set.ts'

/**
 * Refusals that one restore looks into. A bad unit among a hundred shows after some 14 of them, so it is enough for a
 * dozen bad units, and a quota that shrank does not turn into thousands of calls.
 */
const MAX_REFUSALS = 200

/** Refusals, with nothing accepted, after which OpenD itself seems not to be ready. A good unit shows earlier than that. */
const MAX_REFUSALS_OF_ALL = 20

/** What a restore came to. */
export interface Restored {
  /** False when it stopped early and must be tried again. */
  readonly isComplete: boolean
  /** What OpenD will not subscribe any more. */
  readonly refused: readonly Refused[]
}

/** Units that OpenD refused, and how. */
export interface Refused {
  readonly keys: readonly UnitKey[]
  readonly failure: Failure
}

/** To be tried again; until then nobody loses anything. */
const UNFINISHED: Restored = { isComplete: false, refused: [] }

type Subscribe = (call: SubCall) => Promise<SubOutcome>

/**
 * Subscribes many units on a link that has none. A refused call is halved until the units that OpenD does not want are
 * found. When OpenD refuses everything it is OpenD that is not ready, say not logged in yet, rather than every unit that
 * was good before; `isBelieved` takes it at its word all the same. A call without a reply ends the restore: the next would wait too.
 */
export async function restore(
  units: readonly WantedUnit[],
  subscribe: Subscribe,
  isBelieved: boolean,
): Promise<Restored> {
  const first = await subscribeAll(subscribeCalls(units), subscribe)
  if (!first.isComplete) return UNFINISHED
  const refused: Refused[] = []
  const open = [...first.refused]
  let { accepted } = first
  let refusals = 0
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const { call, failure } = one
    if (accepted === 0 && refusals >= MAX_REFUSALS_OF_ALL && !isBelieved) return UNFINISHED
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
  return accepted === 0 && refused.length > 0 && !isBelieved ? UNFINISHED : { isComplete: true, refused }
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
