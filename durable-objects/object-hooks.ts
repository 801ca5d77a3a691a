import type { AuditEvent } from '../src/audit/audit-event.ts'
import type { MetricSample } from '../src/base/metric.ts'
import type { Result } from '../src/base/result.ts'
import type { Gateway } from '../src/core/gateway.ts'
import { OWN_CALL } from '../src/gateway/opend-client.ts'
import type { HookAnswer, HookCommand, HookOwner } from '../src/hooks/hook-command.ts'
import { DeliveryRunner } from '../src/hooks/delivery-runner.ts'
import { HookOrders } from '../src/hooks/hook-orders.ts'
import { HookReceiver } from '../src/hooks/hook-receiver.ts'
import { HookService } from '../src/hooks/hook-service.ts'
import { MarketReader } from '../src/hooks/market-reader.ts'
import { equalInConstantTime, sha256 } from '../src/transport/native-crypto.ts'
import { DeliveryCounts } from './delivery-counts.ts'
import { hookEvent } from './audit-events.ts'
import type { ObjectKeys } from './object-keys.ts'
import { PLATFORM_TIMERS } from './platform.ts'
import type { Database } from './storage/database.ts'
import { SqlHookStore } from './storage/hooks.ts'

/** The hooks of the object: over its storage, its keys, and the order path of its gateway. */
export class ObjectHooks {
  readonly #service: HookService
  readonly receiver: HookReceiver
  readonly #runner: DeliveryRunner
  readonly #record: (event: AuditEvent) => void
  readonly #counts = new DeliveryCounts()

  constructor(storage: Database, keys: ObjectKeys, gateway: Gateway, record: (event: AuditEvent) => void) {
    this.#record = record
    const timers = PLATFORM_TIMERS
    const store = new SqlHookStore(storage, (state) => this.#counts.add(state))
    const read = (protoId: number, body: Uint8Array) => gateway.opend.send(protoId, body, OWN_CALL)
    this.#runner = new DeliveryRunner({
      store,
      timers,
      reader: new MarketReader(read, () => timers.nowMs()),
      orders: new HookOrders(keys.gate, (request) => gateway.order(request)),
      accounts: () => gateway.accounts.all(),
      onError: (what, error) => console.error(what, error),
    })
    const common = { store, keys: keys.service, runner: this.#runner, timers, sha256 }
    this.#service = new HookService(common)
    const encoder = new TextEncoder()
    this.receiver = new HookReceiver({
      ...common,
      equals: (one, other) => equalInConstantTime(encoder.encode(one), encoder.encode(other)),
    })
  }

  /** Runs a command, and records what it changed. */
  async run(command: HookCommand, owner: HookOwner): Promise<Result<HookAnswer>> {
    const done = await this.#service.run(command, owner)
    const event = hookEvent(command, owner, done)
    if (event !== null) this.#record(event)
    return done
  }

  /** Alerts by what became of them, since the object started. */
  metrics(): readonly MetricSample[] {
    return this.#counts.samples()
  }

  /** Continues the deliveries that a restart interrupted. */
  resume(): void {
    this.#runner.resume()
  }
}
