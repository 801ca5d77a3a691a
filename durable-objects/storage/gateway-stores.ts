import type { GatewayDeps } from '../../src/core/gateway.ts'
import type { Database } from './database.ts'
import { SqlExitStore } from './exits.ts'
import { SqlSubscriptionStore } from './subscriptions.ts'
import { SqlSwitchStore } from './switches.ts'

/** The stores of the gateway that need nothing but the storage. The ledger reports failures, so it is made apart. */
export type GatewayStores = Pick<GatewayDeps, 'switches' | 'exits' | 'subscriptions'>

/**
 * Opens the stores of halts and cancel tasks, of orders with exits, and of subscriptions. They read the storage when they
 * are asked, and throw when it fails.
 */
export function gatewayStores(storage: Database): GatewayStores {
  return {
    switches: new SqlSwitchStore(storage),
    exits: new SqlExitStore(storage),
    subscriptions: new SqlSubscriptionStore(storage),
  }
}
