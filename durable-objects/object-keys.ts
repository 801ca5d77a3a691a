import { callerStanding, socketStanding } from '../src/auth/caller-standing.ts'
import type { KeyRecord } from '../src/auth/key-record.ts'
import type { KeyTable } from '../src/auth/key-table.ts'
import type { SocketCaller, Standing } from '../src/auth/socket-caller.ts'
import { succeed, type Result } from '../src/base/result.ts'
import type { Gateway } from '../src/core/gateway.ts'
import { type KeyAnswer, type KeyCommand, runKeyCommand } from '../src/keys/key-command.ts'
import { KeyGate } from '../src/keys/key-gate.ts'
import { type KeyChange, KeyService } from '../src/keys/key-service.ts'
import type { KeyActor } from '../src/keys/key-store.ts'
import type { OrderRequest } from '../src/orders/request.ts'
import type { Allowance, AllowanceOf } from './gateway-rpc.ts'
import type { Database } from './storage/database.ts'
import { SqlKeyStore } from './storage/keys.ts'

/** A caller needs one of these scopes to trade. */
const TRADE_SCOPES = ['trade:simulate', 'trade:real'] as const

/** The keys of the object: the key service over its storage, and the checks of the calls that reach it. */
export class ObjectKeys {
  readonly gate: KeyGate
  readonly service: KeyService
  readonly #gateway: () => Gateway

  /** `configured` are the keys of the configuration. `gateway` is not called before a key changes. */
  constructor(storage: Database, configured: KeyTable, gateway: () => Gateway, onChange: (change: KeyChange) => void) {
    this.#gateway = gateway
    this.service = new KeyService({
      store: new SqlKeyStore(storage),
      configured,
      nowMs: () => Date.now(),
      // The one place that every change of a key passes. The sockets of a revoked key are closed before the answer.
      onChange: (change) => {
        // A caller beside those of the configuration: OpenD's limits are shared from now on.
        if (this.count > 0) gateway().opend.share()
        gateway().keysChanged((caller, given) => this.gate.quotaOf(caller, given))
        onChange(change)
      },
      onError: (what, error) => console.error(what, error),
    })
    const nowMs = (): number => Date.now()
    this.gate = new KeyGate(this.service, nowMs, () => gateway().accounts.cards())
  }

  /** The number of keys of the service; 0 when they cannot be read. */
  get count(): number {
    const keys = this.service.list()
    return keys.ok ? keys.value.filter(({ source }) => source === 'service').length : 0
  }

  /** Whether the caller of a push socket may be connected. */
  ofSocket(caller: SocketCaller, nowMs: number): Standing {
    return socketStanding((id) => this.service.find(id), caller, nowMs)
  }

  /** Whether the caller of a connector may be connected. */
  ofConnector(caller: SocketCaller, nowMs: number): Standing {
    return callerStanding((id) => this.service.find(id), caller, ['gateway'], nowMs)
  }

  /** Whether the caller of an order may trade. */
  ofOrder({ caller, keyMark, expiresAtMs }: OrderRequest, nowMs: number): Standing {
    const opened = { id: caller, keyMark, expiresAtMs }
    return callerStanding((id) => this.service.find(id), opened, TRADE_SCOPES, nowMs)
  }

  /** An order that the gateway makes later, with what its caller may do now. */
  async presentTerms(request: OrderRequest): Promise<Result<OrderRequest>> {
    const terms = await this.gate.presentTerms(request)
    return terms.ok ? succeed({ ...request, ...terms.value }) : terms
  }

  /** The key with that SHA-256 (hex). */
  byHash(hash: string): Result<KeyRecord | null> {
    return this.service.byHash(hash)
  }

  run(command: KeyCommand, by: KeyActor): Result<KeyAnswer> {
    return runKeyCommand(this.service, command, by)
  }

  async allowance({ caller, limits }: AllowanceOf): Promise<Result<Allowance>> {
    const lineage = await this.gate.lineageOf(caller, limits)
    if (!lineage.ok) return lineage
    const { orders, quotes } = this.#gateway()
    const budgets = lineage.value.map((one) => {
      return { caller: one.caller, budgets: orders.manager.budgetsOf(one.caller, one.limits) }
    })
    return succeed({ budgets, subscriptions: quotes.subscriptions.unitsOfCaller(caller).size })
  }
}
