import { ModifyOrderOp, QotMarket } from '../../../proto/enums.ts'
import type { Fault, FaultRule } from '../../../src/simulator/session/fault-script.ts'
import type { OrderState } from '../../../src/simulator/trading/account-state.ts'
import { isOpenStatus } from '../../../src/simulator/trading/order-status.ts'
import type { Callers } from './callers.ts'
import type { DurableStorage } from './durable-storage.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import type { KeyStandings } from './key-standings.ts'
import type { Network } from './network.ts'
import type { Opend } from './opend.ts'
import { NO_PACKET_ID, placeMessage, RESTING_PRICES } from './order-bodies.ts'
import { LAST_PRICE } from './order-bodies.ts'
import type { Rng } from './rng.ts'
import { ACCOUNTS, type Header } from './setting.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** The targets of the faults. */
export interface Targets {
  readonly clock: VirtualClock
  readonly gateway: GatewayUnderTest
  readonly network: Network
  readonly opend: Opend
  readonly storage: DurableStorage
  readonly standings: KeyStandings
  readonly callers: Callers
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

/** Faults after which an order exists and its caller has no reply. */
const LOSSES: readonly [Fault, ...Fault[]] = [{ kind: 'cut-after' }, { kind: 'drop-reply' }]

/** New orders most often, then the calls of the reconciliation, then any call. */
const STRUCK: readonly [FaultRule['id'], ...FaultRule['id'][]] = [
  2202,
  2202,
  2202,
  2205,
  2205,
  2201,
  2221,
  2001,
  1001,
  'any',
]

/** Injects faults at random times of one schedule. */
export class FaultInjector {
  /** The steps of the clock so far. */
  readonly steps: ClockStep[] = []
  readonly #targets: Targets
  readonly #rng: Rng

  constructor(targets: Targets, rng: Rng) {
    this.#targets = targets
    this.#rng = rng
  }

  /** Plans faults up to `untilMs`. */
  plan(untilMs: number): void {
    const rng = this.#rng
    const { clock, opend } = this.#targets
    if (rng.chance(0.6)) opend.setFaults(this.#rules())
    for (let left = rng.below(9); left > 0; left--) clock.after(rng.below(untilMs), () => this.#inject())
  }

  #inject(): void {
    const rng = this.#rng
    const { clock, callers, gateway, network, opend, storage, standings } = this.#targets
    const kind = rng.pick([
      ...(['rules', 'rules', 'cut', 'swallow', 'end', 'restart', 'restart', 'listless', 'drift', 'move'] as const),
      ...([
        'hang',
        'refuse_cancels',
        'copy',
        'copy',
        'touch',
        'touch',
        'storage',
        'revoke',
        'stop_waiting',
        'lost_change',
      ] as const),
    ] as readonly ['rules', ...Kind[]])
    opend.calls.count(`fault_${kind}`)
    gateway.record(`fault: ${kind}`)
    switch (kind) {
      case 'rules':
        return opend.setFaults(this.#rules())
      case 'cut':
        return network.cut()
      case 'swallow':
        return network.swallow()
      case 'end':
        return gateway.end()
      case 'restart':
        return opend.restart(rng.delayMs(500, 15_000, 0.6))
      case 'listless':
        // The reply of an order is lost while OpenD does not list orders.
        opend.setFaults([{ id: 2202, nth: 1, fault: rng.pick(LOSSES) }])
        opend.calls.lists.isListless = true
        clock.after(rng.between(1_000, 100_000), () => (opend.calls.lists.isListless = false))
        return
      case 'drift':
        return this.#step(rng.between(-2_000, 2_000))
      case 'move':
        // The object restarts on another machine with a different clock.
        gateway.end()
        return this.#step(rng.between(-300_000, 300_000))
      case 'hang':
        return opend.calls.hang(rng.pick(ACCOUNTS).accID, rng.between(10_000, 90_000))
      case 'refuse_cancels':
        return opend.calls.refuseCancels()
      case 'copy':
        return this.#copyByHand()
      case 'touch':
        return this.#touchByHand()
      case 'storage':
        storage.isFailing = true
        clock.after(rng.between(500, 30_000), () => (storage.isFailing = false))
        return
      case 'lost_change':
        // The reply of the first of two changes of an order is lost, and then the order ends.
        opend.setFaults([{ id: 2205, nth: 1, fault: rng.pick(LOSSES) }])
        callers.changeTwice()
        clock.after(rng.between(100, 3_000), () => this.#touchByHand())
        return
      case 'stop_waiting':
        return this.#stopWaiting()
      case 'revoke':
        return standings.revoke(rng.pick(['key:a', 'key:b', 'key:c', 'key:d']))
    }
  }

  #step(byMs: number): void {
    this.#targets.clock.step(byMs)
    this.steps.push({ elapsedMs: this.#targets.clock.elapsedMs, byMs })
  }

  /** Orders wait for the link, and a halt or the revocation of a key comes first. */
  #stopWaiting(): void {
    const { clock, callers, gateway, network, opend, standings } = this.#targets
    const rng = this.#rng
    network.cut()
    opend.restart(rng.between(2_000, 6_000))
    const caller = callers.placeSome(rng.between(1, 3))
    clock.after(rng.between(500, 4_000), () => {
      if (rng.chance(0.35)) return standings.revoke(caller)
      const isByAdmin = rng.chance(0.5)
      const by = {
        caller: isByAdmin ? 'key:admin' : caller,
        isByAdmin,
        cancels: rng.chance(0.5),
        includesForeign: false,
      }
      gateway.halt({ kind: 'caller', caller }, by)
    })
  }

  /** A person places an order with the remark of an order of the gateway. */
  #copyByHand(): void {
    const { opend, gateway, network } = this.#targets
    const [first, ...others] = opend.orders().filter(({ orderId }) => !opend.calls.isByHand(orderId))
    const same = first === undefined ? null : this.#rng.pick([first, ...others])
    const header = same === null ? this.#rng.pick(ACCOUNTS) : headerOf(same.accId)
    const remark = same?.remark ?? ''
    // The push of the copy is dropped: it would count as one of the order while the order id is not known.
    if (same !== null && !gateway.knownOrders.has(same.orderIdEx)) {
      if (!opend.calls.lists.areTrue || opend.calls.lists.isListless) return
      network.cut()
      opend.restart(500)
    }
    opend.calls.placeByHand(placeMessage({ header, lots: 1, price: this.#rng.pick(RESTING_PRICES), remark }))
  }

  /** A person cancels an order or moves its price so that it is filled. */
  #touchByHand(): void {
    const { opend } = this.#targets
    // Not a copy: its push would count as one of the copied order.
    const isTarget = ({ orderId, status, market }: OrderState): boolean =>
      isOpenStatus(status) && market === QotMarket.HK_Security && !opend.calls.isByHand(orderId)
    const [first, ...others] = opend.orders().filter(isTarget)
    if (first === undefined) return
    const { accId, orderId } = this.#rng.pick([first, ...others])
    const about = { packetID: NO_PACKET_ID, header: headerOf(accId), orderID: BigInt(orderId) }
    const change = this.#rng.chance(0.5)
      ? { modifyOrderOp: ModifyOrderOp.Cancel }
      : { modifyOrderOp: ModifyOrderOp.Normal, price: Math.round(LAST_PRICE * 1.05) }
    opend.calls.modifyByHand({ ...about, ...change })
  }

  #rules(): readonly FaultRule[] {
    const rng = this.#rng
    return Array.from({ length: rng.between(1, 4) }, () => ({
      id: rng.pick(STRUCK),
      nth: rng.chance(0.05) ? 'every' : rng.between(1, 5),
      fault: rng.pick(FAULTS),
    }))
  }
}

type Kind =
  | ('rules' | 'cut' | 'swallow' | 'end' | 'restart' | 'listless' | 'drift' | 'move' | 'hang')
  | ('refuse_cancels' | 'copy' | 'touch' | 'storage' | 'revoke' | 'stop_waiting' | 'lost_change')

function headerOf(accId: string): Header {
  return ACCOUNTS.find(({ accID }) => accID.toString() === accId) ?? ACCOUNTS[0]
}
