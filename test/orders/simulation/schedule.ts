import type { LedgerEntry } from '../../../src/orders/entry.ts'
import { budgetProblems } from './budget-invariants.ts'
import { Callers } from './callers.ts'
import { Dice } from './dice.ts'
import { Disk } from './disk.ts'
import { GatewayHost } from './gateway-host.ts'
import { problemsOf } from './invariants.ts'
import { Network } from './network.ts'
import { Opend } from './opend.ts'
import { storyOf } from './story.ts'
import { VirtualClock } from './virtual-clock.ts'
import { letItStorm } from './weather.ts'

/** What is left to decide is decided within this time of calm, unless the clock was set back. */
const CALM_MS = 180_000

/** What one schedule did. */
export interface Outcome {
  readonly seed: number
  /** What broke, in words; empty when nothing did. */
  readonly problems: readonly string[]
  /** What was written to the ledger and what OpenD did, line by line; empty when nothing broke. */
  readonly story: readonly string[]
  readonly attempts: number
  /** Order calls that OpenD acted on. */
  readonly executed: number
  /** Entries that were unknown at some time. */
  readonly lostReplies: number
  /** Entries that a push settled in place of a reply that was late or lost. */
  readonly foundInPushes: number
  readonly lives: number
}

/** Runs the schedule of that seed: a storm with orders in it, a calm in which everything is settled, and the verdict. */
export async function runSchedule(seed: number): Promise<Outcome> {
  const dice = new Dice(seed)
  const clock = new VirtualClock()
  const disk = new Disk(clock, dice)
  const opend = new Opend(clock, dice)
  const network = new Network(clock, dice, (sink) => opend.accept(sink))
  const host = new GatewayHost(clock, dice, disk, network)
  host.openTags = () => opend.openTags()
  const callers = new Callers(clock, dice, host)
  const stormMs = dice.between(20_000, 120_000)
  host.wake()
  const steps = letItStorm({ clock, host, network, opend }, dice, stormMs)
  callers.plan(dice.between(1, 12), stormMs)
  const problems: string[] = []
  try {
    await clock.runUntil(stormMs)
    network.isStormy = false
    host.isStormy = false
    opend.calm()
    network.cut()
    host.wake()
    callers.plan(2, 20_000)
    const setBackMs = steps.reduce((sum, { byMs }) => sum + Math.max(0, -byMs), 0)
    const settledMs = clock.elapsedMs + 75_000
    await clock.runUntil(clock.elapsedMs + dice.between(3_000, 60_000))
    problems.push(...(await budgetProblems({ clock, host, disk }, callers.list)))
    const isQuiet = (): boolean =>
      clock.elapsedMs > settledMs && !host.hasOpenAttempts && ![...disk.durable.entries.values()].some(isOpen)
    await clock.runUntil(clock.elapsedMs + CALM_MS + setBackMs, isQuiet)
    problems.push(...problemsOf({ clock, disk, opend, host, callers: callers.list, steps }))
    problems.push(...(await budgetProblems({ clock, host, disk }, callers.list)))
  } catch (bug) {
    problems.push(`thrown: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`)
  }
  return {
    seed,
    problems,
    story: problems.length === 0 ? [] : storyOf(host, opend),
    attempts: host.attempts.length,
    executed: opend.executed.length,
    lostReplies: new Set(host.writings.flatMap(({ entry }) => (entry.state === 'unknown' ? [entry.id] : []))).size,
    foundInPushes: host.writings.filter(({ entry, before }) => isByPush(entry, before)).length,
    lives: host.lives,
  }
}

/** Only a call that is still on its way is settled by a push without having been unknown first. */
function isByPush({ state, detail }: LedgerEntry, before: LedgerEntry | null): boolean {
  return before?.state === 'reserved' && state === 'accepted' && detail !== null
}

function isOpen({ state }: { readonly state: string }): boolean {
  return state === 'reserved' || state === 'unknown'
}
