import type { KeyLimits } from '../../limits/key-limits.ts'
import type { OrderRequest } from '../request.ts'
import { type ExitPrice, type LegKind } from './exit-price.ts'

/** An order of a group: the parent, or an order that was placed for a leg. */
export interface TrackedOrder {
  /** The idempotency key of its call; null for the parent. */
  readonly key: string | null
  /** Its ledger entry; null until the entry is written. A call without an entry has not been sent. */
  intentId: string | null
  qty: number
  filled: number
  /** The average price of its fills; null while it is not known. */
  avgPrice: number | null
  /** `sending`: its outcome is not known yet; `live`: it is at OpenD; `over`: it cannot be filled any more. */
  phase: 'sending' | 'live' | 'over'
  /** `Trd_Common.OrderStatus` as OpenD last showed it; null before. */
  status: number | null
  orderId: string | null
  orderIdEx: string | null
  /** When the gateway last sent a cancel of it, Unix ms; null without one. */
  cancelledAtMs: number | null
}

/** One of the two exits. */
export interface Leg {
  readonly kind: LegKind
  readonly wanted: ExitPrice
  /** The rounded price; null until the parent has a fill. */
  price: number | null
  /** Where a stop loss waits: as a stop order at OpenD, or in the gateway. A take profit always rests at OpenD. */
  waitsAt: 'opend' | 'edge'
  /** Whether the price of a stop loss that waits in the gateway was reached. */
  isTriggered: boolean
  /** The number of orders made for it, also unsuccessful ones. */
  made: number
  /** Its orders at OpenD, and those that may be there. */
  orders: TrackedOrder[]
  /** What orders that are over and no longer listed here have filled. */
  closedQty: number
  /** Why the leg has no order although it should; null without a reason. */
  detail: string | null
  /** Why no further order is placed for it; null while one may be. */
  ended: string | null
  failures: number
  /** The earliest time of the next order after a failure, Unix ms. */
  retryAtMs: number
}

/** What a caller may do, as it was when it placed the parent. Plain JSON. */
export interface Authority {
  readonly rights: OrderRequest['rights']
  readonly limits: (Omit<KeyLimits, 'allowedAccIds'> & { readonly allowedAccIds: readonly string[] | null }) | null
  readonly keyMark: string | null
  readonly expiresAtMs: number | null
}

/** The fields of the parent that its exits have too. */
export interface ExitOrderFields {
  readonly code: string
  readonly secMarket?: number | undefined
  readonly timeInForce?: number | undefined
  readonly fillOutsideRTH?: boolean | undefined
  readonly session?: number | undefined
  readonly expireTime?: string | undefined
}

/** An order with its exits. Plain JSON: it is stored after each change. */
export interface ExitGroup {
  /** The ledger entry of the parent. */
  readonly id: string
  readonly caller: string
  readonly authority: Authority
  /** Decimal. */
  readonly accId: string
  readonly trdEnv: number
  readonly trdMarket: number
  /** For example `HK.00700`; null for a security without a known prefix. */
  readonly symbol: string | null
  readonly fields: ExitOrderFields
  /** Whether the parent buys. */
  readonly isLong: boolean
  readonly limitPrice: number | null
  readonly parent: TrackedOrder
  readonly legs: Leg[]
  /** When a fill of the parent or of a leg was last seen, Unix ms. */
  filledAtMs: number
  /** The position that is left for these exits, where it is smaller than what they should close; null otherwise. */
  positionLeft: number | null
  /** The price step of the security; null until it is known. */
  step: number | null
  /** Why its exits were withdrawn; null while they are wanted. */
  stopped: 'position_gone' | null
  /** Whether nothing of it is open or can be placed any more. */
  isDone: boolean
  readonly createdAtMs: number
  updatedAtMs: number
}

/** A new order of a leg, before its call is made. */
export function newTracked(key: string | null, qty: number, intentId: string | null = null): TrackedOrder {
  return {
    ...{ key, intentId, qty, filled: 0, avgPrice: null, phase: 'sending', status: null },
    ...{ orderId: null, orderIdEx: null, cancelledAtMs: null },
  }
}

/** A leg of an order that has no fill yet. */
export function newLeg(kind: LegKind, wanted: ExitPrice, waitsAt: Leg['waitsAt']): Leg {
  return {
    ...{ kind, wanted, waitsAt, price: null, isTriggered: false, made: 0, orders: [], closedQty: 0 },
    ...{ detail: null, ended: null, failures: 0, retryAtMs: 0 },
  }
}

const PREFIX = 'exit:'

/** The idempotency key of an order of a leg. The keys of callers have other prefixes. */
export function legKey(parentId: string, kind: LegKind, number: number): string {
  return `${PREFIX}${parentId}:${kind}:${number}`
}

/** The parent and leg of an order with that idempotency key; null for every other order. */
export function legOfKey(key: string | null): { readonly parentId: string; readonly kind: string } | null {
  if (key?.startsWith(PREFIX) !== true) return null
  const [parentId = '', kind = ''] = key.slice(PREFIX.length).split(':')
  return { parentId, kind }
}

/** The durable storage of groups. A method throws when the storage fails. */
export interface ExitStore {
  /** The groups that are not done, oldest first. */
  active(): readonly ExitGroup[]
  byId(id: string): ExitGroup | null
  /** Writes a group; replaces one with the same id. */
  put(group: ExitGroup): void
}
