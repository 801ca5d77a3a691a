import type { Fault, FaultRule } from '../../../src/simulator/session/fault-script.ts'
import type { Dice } from './dice.ts'
import type { GatewayHost } from './gateway-host.ts'
import type { Network } from './network.ts'
import type { Opend } from './opend.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the weather strikes. */
export interface Victims {
  readonly clock: VirtualClock
  readonly host: GatewayHost
  readonly network: Network
  readonly opend: Opend
}

/** A step of the wall clock. */
export interface ClockStep {
  readonly elapsedMs: number
  readonly byMs: number
}

const FAULTS: readonly [Fault, ...Fault[]] = [
  { kind: 'delay', ms: 3_000 },
  { kind: 'delay', ms: 15_000 },
  { kind: 'drop-request' },
  { kind: 'drop-reply' },
  { kind: 'cut-before' },
  { kind: 'cut-after' },
  { kind: 'cut-after-reply' },
  { kind: 'half-frame' },
  { kind: 'garbage' },
  { kind: 'wrong-sha1' },
  { kind: 'trickle', everyMs: 40 },
  { kind: 'kick-login' },
  { kind: 'lose-login' },
  { kind: 'restore-login' },
  { kind: 'rate-exceeded' },
  { kind: 'mute' },
  { kind: 'restart' },
]

/** Faults after which an order is there and its caller does not know. */
const LOSSES: readonly [Fault, ...Fault[]] = [{ kind: 'cut-after' }, { kind: 'drop-reply' }]

/** New orders most of all, then the calls of the search, then anything. */
const STRUCK: readonly [FaultRule['id'], ...FaultRule['id'][]] = [2202, 2202, 2202, 2205, 2201, 2221, 2001, 1001, 'any']

/** Lets things go wrong at random times up to `untilMs`. Returns the steps of the clock, as they happen. */
export function letItStorm(victims: Victims, dice: Dice, untilMs: number): readonly ClockStep[] {
  const { clock, host, network, opend } = victims
  const steps: ClockStep[] = []
  const step = (byMs: number): void => {
    clock.step(byMs)
    steps.push({ elapsedMs: clock.elapsedMs, byMs })
  }
  const strokes: readonly [() => void, ...(() => void)[]] = [
    () => opend.setFaults(rulesOf(dice)),
    () => opend.setFaults(rulesOf(dice)),
    () => network.cut(),
    () => network.swallow(),
    () => host.end(),
    () => opend.restart(dice.delayMs(500, 15_000, 0.6)),
    () => {
      // An order is lost just when OpenD does not list any.
      opend.setFaults([{ id: 2202, nth: 1, fault: dice.pick(LOSSES) }])
      opend.isListless = true
      clock.after(dice.between(1_000, 100_000), () => (opend.isListless = false))
    },
    () => step(dice.between(-2_000, 2_000)),
    () => {
      // The object comes back on another machine, whose clock is off.
      host.end()
      step(dice.between(-300_000, 300_000))
    },
  ]
  if (dice.chance(0.7)) opend.setFaults(rulesOf(dice))
  for (let left = dice.below(8); left > 0; left--) clock.after(dice.below(untilMs), () => dice.pick(strokes)())
  return steps
}

function rulesOf(dice: Dice): readonly FaultRule[] {
  return Array.from({ length: dice.between(1, 4) }, () => ({
    id: dice.pick(STRUCK),
    nth: dice.chance(0.05) ? 'every' : dice.between(1, 5),
    fault: dice.pick(FAULTS),
  }))
}
