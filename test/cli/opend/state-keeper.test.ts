import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementResultingChanges, type StatementSync } from 'node:sqlite'
import { after, test } from 'node:test'
import * as fc from 'fast-check'
import { ModifyOrderOp, OrderType, SubType, TrdEnv, TrdMarket, TrdSide } from '../../../proto/enums.ts'
import type { RunOptions } from '../../../src/cli/opend/run-options.ts'
import { openStateFile, StateFile, type StateDatabase, type StoredRun } from '../../../src/cli/opend/state-file.ts'
import { continueClock, StateKeeper } from '../../../src/cli/opend/state-keeper.ts'
import { OpendDriver } from '../../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../../src/simulator/opend.ts'
import { marketTimeMs, type MarketClock } from '../../../src/simulator/session/market-clock.ts'
import { nativeCrypto } from '../../../src/transport/native-crypto.ts'
import { FRIDAY_MORNING_MS, TcpClient } from '../../simulator/session/tcp-client.ts'

/**
 * The stored state of `npm run opend -- --data DIR` over the end of the process between any two steps of SQLite: random
 * calls, a kill, and the next run on a copy of the files as they are then.
 */

const OPTIONS: RunOptions = { seed: 7, clock: 'fast:60', hours: 'exchange', replay: null }
const HEADER = { trdEnv: TrdEnv.Real, accID: 281756455988247916n, trdMarket: TrdMarket.HK }
const PASSWORD_MD5 = 'e10adc3949ba59abbe56e057f20f883e'
const CODES = ['00700', '00005', '00388', '00941']

const top = mkdtempSync(join(tmpdir(), 'opend-edge-state-keeper-'))
after(() => rmSync(top, { recursive: true }))

class Killed extends Error {}

/** A database whose process ends before one of its steps, and does nothing from then on. */
class KilledDatabase implements StateDatabase {
  readonly #db: DatabaseSync
  #stepsLeft: number

  constructor(db: DatabaseSync, steps: number) {
    this.#db = db
    this.#stepsLeft = steps
  }

  exec(sql: string): void {
    this.#step()
    this.#db.exec(sql)
  }

  prepare(sql: string): StatementSync {
    const statement = this.#db.prepare(sql)
    const run = (...values: readonly SQLInputValue[]): StatementResultingChanges => {
      this.#step()
      return statement.run(...values)
    }
    const [get, all] = [statement.get.bind(statement), statement.all.bind(statement)]
    // The state uses no other functions of a statement.
    return { run, get, all } as unknown as StatementSync
  }

  close(): void {
    this.#db.close()
  }

  #step(): void {
    if (this.#stepsLeft-- <= 0) throw new Killed()
  }
}

type Step =
  | { readonly kind: 'order'; readonly side: number; readonly atMarket: boolean; readonly code: number }
  | { readonly kind: 'cancel'; readonly pick: number }
  | { readonly kind: 'history'; readonly code: number }
  | { readonly kind: 'watch'; readonly code: number }
  | { readonly kind: 'subscribe'; readonly code: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'connect' }

const code = fc.nat(CODES.length - 1)
const side = fc.constantFrom(TrdSide.Buy, TrdSide.Buy, TrdSide.Sell)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('order' as const), side, atMarket: fc.boolean(), code }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('history' as const), code }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('watch' as const), code }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), code }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'connect' as const }) },
)

/** One run of the server on a folder, until it is killed. */
class Life {
  /** The state of the run before, if any, and those that were passed to the file since, as JSON. */
  readonly states: string[]
  /** Index of the latest of them when output was sent last, and the market's time then. */
  acknowledged: number
  acknowledgedMs = 0
  nowMs: number
  readonly opend: SimulatedOpenD
  readonly #clock: MarketClock
  readonly #driver: OpendDriver
  readonly #keeper: StateKeeper
  readonly #orders: bigint[] = []
  #client: TcpClient | null = null
  #packets = 0
  #revision: number | null = null

  constructor(file: StateFile, stored: StoredRun | null, nowMs: number) {
    this.nowMs = nowMs
    this.states = stored === null ? [] : [JSON.stringify(stored.state)]
    this.acknowledged = this.states.length - 1
    this.#clock = continueClock({ kind: 'fast', factor: 60, fromMs: FRIDAY_MORNING_MS, sinceMs: nowMs }, stored)
    this.opend = new SimulatedOpenD({
      ...{ seed: OPTIONS.seed, crypto: nativeCrypto, clock: this.#clock, limitsRates: false, startedMs: nowMs },
      ...(stored !== null && { state: stored.state }),
    })
    this.#keeper = new StateKeeper(file, this.opend, this.#clock)
    const time = { nowMs: () => this.nowMs, after: () => () => {} }
    this.#driver = new OpendDriver(this.opend, time, () => this.#save())
  }

  run(steps: readonly Step[]): void {
    for (const one of steps) {
      // OpenD drops a client that is silent for long.
      const client = this.#client === null || this.#client.closed !== null ? this.#connect() : this.#client
      this.#do(client, one)
    }
  }

  #do(client: TcpClient, one: Step): void {
    const security = { market: 1, code: CODES['code' in one ? one.code : 0] ?? '' }
    const packetID = { connID: client.connId, serialNo: ++this.#packets }
    if (one.kind === 'order') {
      const { s2c } = client.call('Trd_PlaceOrder', {
        ...{ packetID, header: HEADER, trdSide: one.side, code: security.code, secMarket: 1, qty: 400 },
        orderType: one.atMarket ? OrderType.Market : OrderType.Normal,
        ...(!one.atMarket && { price: one.side === TrdSide.Buy ? 10 : 1000 }),
      })
      if (s2c?.orderID !== undefined) this.#orders.push(s2c.orderID)
    } else if (one.kind === 'cancel') {
      const orderID = this.#orders[one.pick % Math.max(1, this.#orders.length)] ?? 0n
      const change = { packetID, header: HEADER, orderID, modifyOrderOp: ModifyOrderOp.Cancel }
      client.call('Trd_ModifyOrder', change)
    } else if (one.kind === 'history') {
      const [beginTime, endTime] = ['2026-11-02', '2026-11-06']
      client.call('Qot_RequestHistoryKL', { rehabType: 1, klType: 2, security, beginTime, endTime })
    } else if (one.kind === 'watch') {
      client.call('Qot_ModifyUserSecurity', { groupName: 'Favorites', op: 1, securityList: [security] })
    } else if (one.kind === 'subscribe') {
      const subTypeList = [SubType.Basic]
      client.call('Qot_Sub', { securityList: [security], subTypeList, isSubOrUnSub: true })
    } else if (one.kind === 'connect') {
      client.connection.closed(this.nowMs)
      this.#client = null
    } else {
      this.nowMs += one.ms
      this.#driver.change((opend) => opend.advance(this.nowMs))
    }
  }

  #connect(): TcpClient {
    const client = new TcpClient({
      opend: {
        open: (kind, sink) => {
          const send = (bytes: Uint8Array): void => {
            this.acknowledged = this.states.length - 1
            this.acknowledgedMs = marketTimeMs(this.#clock, this.nowMs)
            sink.send(bytes)
          }
          const connection = this.#driver.open(kind, { ...sink, send })
          if (connection === null) return { refusal: 'no more connections' }
          return { connId: 0n, receive: (bytes) => connection.receive(bytes), closed: () => connection.closed() }
        },
      },
      nowMs: 0,
    })
    client.init()
    client.call('Trd_UnlockTrade', { unlock: true, pwdMD5: PASSWORD_MD5 })
    client.call('Trd_SubAccPush', { accIDList: [HEADER.accID] })
    this.#client = client
    return client
  }

  #save(): void {
    const state = JSON.stringify(this.opend.snapshot(this.nowMs))
    const isChanged = this.#revision !== this.opend.revision
    if (isChanged) this.states.push(state)
    this.#revision = this.opend.revision
    this.#keeper.save(this.nowMs)
  }
}

let folders = 0

/** Runs on a folder until the process is killed before a step of SQLite. Returns the life and a copy of its folder. */
function liveAndDie(folder: string, steps: readonly Step[], databaseSteps: number, nowMs: number): [Life, string] {
  const opened = openStateFile(folder, OPTIONS)
  assert.ok(opened.ok, opened.ok ? '' : opened.problem)
  opened.file.close()
  const db = new DatabaseSync(join(folder, 'opend.sqlite'))
  // What a process has written is there after its end; only a power failure needs more.
  db.exec('PRAGMA synchronous = OFF')
  // The first step creates the tables, which exist already.
  const life = new Life(new StateFile(new KilledDatabase(db, databaseSteps + 1)), opened.stored, nowMs)
  try {
    life.run(steps)
  } catch (error) {
    if (!(error instanceof Killed)) throw error
  }
  const copy = join(top, `copy-${folders++}`)
  cpSync(folder, copy, { recursive: true })
  db.close()
  return [life, copy]
}

test('a run that is killed between any two steps leaves everything that it has acknowledged', () => {
  let orders = 0
  const life = fc.record({ steps: fc.array(step, { minLength: 5, maxLength: 40 }), databaseSteps: fc.nat(300) })
  const property = fc.property(fc.array(life, { minLength: 1, maxLength: 3 }), (lives) => {
    let folder = join(top, `run-${folders++}`)
    let nowMs = FRIDAY_MORNING_MS
    for (const { steps, databaseSteps } of lives) {
      const [lived, copy] = liveAndDie(folder, steps, databaseSteps, nowMs)
      folder = copy
      nowMs = lived.nowMs + 1000
      const found = openStateFile(copy, OPTIONS)
      assert.ok(found.ok, found.ok ? '' : found.problem)
      found.file.close()
      if (found.stored === null) {
        assert.equal(lived.acknowledged, -1, 'everything is lost')
        continue
      }
      const text = JSON.stringify(found.stored.state)
      const at = lived.states.findLastIndex((state) => sameJson(state, text))
      assert.ok(at >= 0, 'a state that never was')
      assert.ok(at >= lived.states.length - 2 && at >= lived.acknowledged, `${lived.acknowledged} of ${at} is lost`)
      assert.ok(found.stored.marketMs >= lived.acknowledgedMs, 'the clock goes back')
      orders += found.stored.state.accounts.accounts.reduce((sum, account) => sum + account.orders.length, 0)
    }
  })
  fc.assert(property, { numRuns: 25, endOnFailure: true })
  assert.ok(orders > 50, `only ${orders} orders`)
})

function sameJson(one: string, other: string): boolean {
  try {
    assert.deepEqual(JSON.parse(one), JSON.parse(other))
    return true
  } catch {
    return false
  }
}
