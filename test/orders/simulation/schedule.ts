import { budgetProblems } from './budget-invariants.ts'
import { Callers } from './callers.ts'
import { countsOf } from './counts.ts'
import { DurableStorage } from './durable-storage.ts'
import { areExitsQuiet, exitCounts, exitProblems } from './exit-invariants.ts'
import { FaultInjector } from './fault-injector.ts'
import { GatewayUnderTest } from './gateway-under-test.ts'
import { problemsOf } from './invariants.ts'
import { KeyStandings } from './key-standings.ts'
import { Network } from './network.ts'
import { Opend } from './opend.ts'
import { decideAsOperator } from './operator.ts'
import { Rng } from './rng.ts'
import { traceOf } from './trace.ts'
import { VirtualClock } from './virtual-clock.ts'

/** All entries are decided within this time of calm, unless the clock was set back. */
const CALM_MS = 420_000

/** The time after which late events have happened: bytes in transit and retries of callers. */
const LEAST_CALM_MS = 75_000

/** The result of one schedule. */
export interface Outcome {
  readonly seed: number
  /** The violations, as text; empty without any. */
  readonly problems: readonly string[]
  /** The ledger writes and the actions of OpenD, one text line each; empty without violations. */
  readonly trace: readonly string[]
  /** The number of occurrences of each event. */
  readonly counts: Readonly<Record<string, number>>
}

/** Runs the schedule of that seed: orders and faults, then a calm in which all entries are decided, then the checks. */
export async function runSchedule(seed: number): Promise<Outcome> {
  const rng = new Rng(seed)
  const clock = new VirtualClock()
  const storage = new DurableStorage(clock, rng)
  const opend = new Opend(clock, rng)
  const network = new Network(clock, rng, (sink) => opend.accept(sink))
  const standings = new KeyStandings(clock)
  const surroundings = { clock, rng, storage, network, standings }
  const gateway = new GatewayUnderTest({
    ...surroundings,
    openTags: () => opend.listedOpenTags(),
    trulyListedTags: () => opend.trulyListedOpenTags(),
  })
  opend.calls.isOrderKnown = (orderIdEx) => gateway.knownOrders.has(orderIdEx)
  const callers = new Callers(clock, rng, gateway)
  const faults = new FaultInjector({ ...surroundings, gateway, opend, callers }, rng)
  const faultyMs = rng.between(20_000, 120_000)
  const problems: string[] = []
  let operated = 0
  try {
    gateway.wake()
    faults.plan(faultyMs)
    // Most schedules are small, so that many can run; some are large.
    callers.plan(rng.chance(0.75) ? rng.between(1, 3) : rng.between(4, 10), faultyMs)
    await clock.runUntil(faultyMs)
    network.isFaulty = false
    gateway.isFaulty = false
    storage.isFailing = false
    opend.calm()
    network.cut()
    gateway.wake()
    gateway.record('calm')
    callers.plan(rng.below(2), 20_000)
    await clock.runUntil(clock.elapsedMs + rng.between(3_000, 60_000))
    const place = { clock, gateway, storage }
    const checked = rng.chance(0.3) ? [rng.pick(callers.list)] : []
    problems.push(...(await budgetProblems(place, checked)))
    const calmMs = CALM_MS + faults.steps.reduce((sum, { byMs }) => sum + Math.max(0, -byMs), 0)
    const isQuiet = quietness(clock, { gateway, opend, storage })
    await clock.runUntil(clock.elapsedMs + calmMs, isQuiet)
    // OpenD may execute a call as long as the connection that carried it lives.
    if (storage.undecided() > 0) network.cut()
    await clock.runUntil(clock.elapsedMs + calmMs, isQuiet)
    const decided = await decideAsOperator({ clock, gateway, opend, entries: storage.entries() })
    operated = decided.count
    problems.push(...decided.problems)
    await clock.runUntil(clock.elapsedMs + calmMs, isQuiet)
    const entries = storage.entries()
    const remains = { clock, opend, gateway, entries, callers: callers.list, steps: faults.steps, standings }
    problems.push(
      ...exitProblems({ opend, entries, groups: storage.exitGroups() }),
      ...problemsOf(remains),
      ...(await budgetProblems(place, checked)),
    )
    const { waiting: waitingForLimits } = gateway.wake().gateway.opend.governor
    if (waitingForLimits > 0) problems.push(`${waitingForLimits} calls are still waiting for OpenD's limits`)
  } catch (bug) {
    problems.push(`thrown: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`)
  }
  const exits = exitCounts(storage.exitGroups())
  storage.close()
  const trace = problems.length === 0 ? [] : traceOf(gateway, opend)
  return { seed, problems, trace, counts: { ...countsOf(gateway, opend), ...exits, operated } }
}

interface Quiet {
  readonly gateway: GatewayUnderTest
  readonly opend: Opend
  readonly storage: DurableStorage
}

/** Whether no work is left. Checked once a second only, because it is called after every event. */
function quietness(clock: VirtualClock, { gateway, opend, storage }: Quiet): () => boolean {
  const earliestMs = clock.elapsedMs + LEAST_CALM_MS
  let lookedMs = 0
  return () => {
    if (clock.elapsedMs < earliestMs || clock.elapsedMs - lookedMs < 1_000) return false
    lookedMs = clock.elapsedMs
    if (!areExitsQuiet(storage.exitGroups())) return false
    if (gateway.hasOpenAttempts || opend.calls.pendingLate > 0 || storage.undecided() > 0) return false
    return !gateway
      .wake()
      .gateway.orders.killSwitch.report()
      .tasks.some(({ isRunning }) => isRunning)
  }
}
