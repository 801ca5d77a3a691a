import fc from 'fast-check'
import { RehabType, SubType } from '../../proto/enums.ts'
import { type Subscriber, socketSubscriber } from '../../src/subscriptions/subscriber.ts'
import { ANNA, ANNAS_SOCKET, BERT, BERTS_SOCKET } from './subscription-rig.ts'
import type { Fate } from './fake-opend.ts'

/** Whose calls there are: two REST callers, and sockets of both. */
export const SUBSCRIBERS: readonly Subscriber[] = [
  ANNA,
  BERT,
  ANNAS_SOCKET,
  BERTS_SOCKET,
  socketSubscriber(3, 'key:bert'),
]
const CODES = ['A', 'B', 'C', 'D', 'E'] as const
const TYPES = [SubType.Basic, SubType.OrderBook, SubType.KL_Day] as const

/** One thing that happens. */
export type Action =
  | {
      readonly kind: 'subscribe'
      readonly subscriber: number
      readonly codes: readonly string[]
      readonly types: readonly number[]
      readonly isPushed: boolean | undefined
      readonly rehab: readonly number[]
      readonly session: number | undefined
    }
  | {
      readonly kind: 'unsubscribe'
      readonly subscriber: number
      readonly codes: readonly string[]
      readonly types: readonly number[]
    }
  | { readonly kind: 'unsubscribe_all' | 'disconnect'; readonly subscriber: number }
  | { readonly kind: 'accounts'; readonly subscriber: number; readonly accIds: readonly bigint[] }
  | { readonly kind: 'read'; readonly subscriber: number; readonly codes: readonly string[]; readonly type: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'cut' | 'up' | 'evict' | 'pass_to_call' }
  | { readonly kind: 'fate'; readonly fate: Fate }
  | { readonly kind: 'forget_security'; readonly code: string }
  | { readonly kind: 'others'; readonly units: number }
  | { readonly kind: 'hide_quota'; readonly isHidden: boolean }

const subscriber = fc.nat(SUBSCRIBERS.length - 1)
const codes = fc.uniqueArray(fc.constantFrom(...CODES), { minLength: 1, maxLength: 4 })
const types = fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 2 })
const rehab = fc.uniqueArray(fc.constantFrom(...Object.values(RehabType)), { maxLength: 2 })

const subscribe = fc.record({
  kind: fc.constant('subscribe' as const),
  subscriber,
  codes,
  types,
  isPushed: fc.constantFrom(undefined, true, false),
  rehab,
  session: fc.constantFrom(undefined, 0, 1, 2, 3, 4),
})
const pass = fc.record({
  kind: fc.constant('pass' as const),
  ms: fc.constantFrom(1, 7, 13, 500, 5_000, 61_000, 310_000),
})

/** What callers do, and time. */
export const quietAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: subscribe },
  { weight: 5, arbitrary: pass },
  // Most of what can go wrong goes wrong while a call is on its way.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass_to_call' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('unsubscribe' as const), subscriber, codes, types }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('unsubscribe_all' as const, 'disconnect' as const), subscriber }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('accounts' as const),
      subscriber,
      accIds: fc.uniqueArray(fc.bigInt(1n, 3n), { maxLength: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('read' as const), subscriber, codes, type: fc.constantFrom(...TYPES) }),
  },
  // Mostly up: most things happen only then.
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'evict' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('up' as const) }) },
)

/** The same among everything that OpenD and the login's other programs can do. */
export const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: quietAction },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fate' as const),
      fate: fc.constantFrom<Fate>('refused', 'lost_done', 'lost_undone', 'failed_done', 'failed_undone'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget_security' as const), code: fc.constantFrom(...CODES) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('others' as const), units: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hide_quota' as const), isHidden: fc.boolean() }) },
)
