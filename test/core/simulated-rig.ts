import assert from 'node:assert/strict'
import { OrderType, TrdSecMarket, TrdSide } from '../../proto/enums.ts'
import { CALLS } from '../../src/calls.ts'
import type { OrderReply } from '../../src/orders/request.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { loopbackConnector } from '../../src/transport/loopback.ts'
import { nativeCrypto } from '../../src/transport/native-crypto.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { START_MS, type VirtualClock } from '../orders/simulation/virtual-clock.ts'
import { CoreRig } from './gateway-rig.ts'
import { plainRoute } from '../gateway/link/plain-route.ts'

/** A real account of the simulated login, and a simulated one. */
export const REAL_ACCOUNT = { trdEnv: 1, accID: 281_756_455_988_247_916n, trdMarket: 1 }
export const PAPER_ACCOUNT = { trdEnv: 0, accID: 281_756_479_345_015_383n, trdMarket: 1 }

/** A gateway with the simulated OpenD behind it, on a virtual clock. */
export class SimulatedRig {
  readonly opend = new SimulatedOpenD({
    seed: 1,
    crypto: nativeCrypto,
    startedMs: START_MS,
    market: { hours: 'always' },
    onBug: (bug) => assert.fail(String(bug)),
  })
  readonly core: CoreRig
  #driver: OpendDriver | null = null
  #orders = 0

  constructor() {
    this.core = new CoreRig({
      transportOf: (clock) => {
        const driver = this.#drive(clock)
        const connect = loopbackConnector({ accept: (sink) => driver.open('tcp', sink) })
        return { ...plainRoute(), name: 'simulator:', connect }
      },
    })
  }

  /** The gateway, with the link up. */
  static async up(): Promise<SimulatedRig> {
    const rig = new SimulatedRig()
    rig.core.gateway.start()
    await rig.pass(1_000)
    assert.equal(rig.core.gateway.opend.session.stage.name, 'ready')
    return rig
  }

  get gateway(): CoreRig['gateway'] {
    return this.core.gateway
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.core.clock.runUntil(this.core.clock.elapsedMs + ms)
  }

  /** Does something to OpenD, and lets what follows happen. */
  async change(act: (opend: SimulatedOpenD) => void): Promise<void> {
    act(this.opend)
    this.#driver?.reschedule()
    await this.pass(100)
  }

  /** Runs a call of the gateway and lets time pass until it is answered. */
  async answered<Answer>(call: Promise<Answer>): Promise<Answer> {
    const { clock } = this.core
    const ended: unknown[] = []
    void call.finally(() => ended.push(true))
    await clock.runUntil(clock.elapsedMs + 40_000, () => ended.length > 0)
    assert.equal(ended.length, 1, 'the call was not answered within 40 s')
    return call
  }

  /** Locks or unlocks trade, as a client does. */
  async unlock(unlock: boolean, pwdMD5: string): Promise<void> {
    const body = encodeMessage('Trd_UnlockTrade.Request', { c2s: { unlock, pwdMD5, securityFirm: 1 } })
    const { protoId } = CALLS.Trd_UnlockTrade
    await this.answered(this.gateway.quotes.call({ protoId, body, caller: 'key:a', isFresh: true, quotaShare: null }))
  }

  /** Places an order far below the market. */
  async place(header: typeof REAL_ACCOUNT): Promise<OrderReply> {
    const order = { trdSide: TrdSide.Buy, orderType: OrderType.Normal, code: '00700', secMarket: TrdSecMarket.HK }
    const packetID = { connID: 0n, serialNo: 0 }
    const body = encodeMessage('Trd_PlaceOrder.Request', { c2s: { packetID, header, ...order, qty: 100, price: 300 } })
    const id = `order-${++this.#orders}`
    const { reply } = await this.answered(
      this.gateway.order({
        ...{ protoId: CALLS.Trd_PlaceOrder.protoId, body, caller: 'key:a', limits: null, requestId: id, callId: id },
        ...{ rights: { simulate: true, real: true }, idempotencyKey: null, isDryRun: false, isKillSwitch: false },
        ...{ keyMark: null, expiresAtMs: null },
      }),
    )
    return reply
  }

  #drive(clock: VirtualClock): OpendDriver {
    this.#driver = new OpendDriver(this.opend, {
      nowMs: () => clock.trueMs(),
      after: (ms, run) => clock.after(ms, run),
    })
    return this.#driver
  }
}
