import { RehabType, Session, SubType } from '../../proto/enums.ts'

/**
 * The options of a subscribed unit as a bit set: the rehab types of pushed K-lines, the US trading sessions, and two
 * flags. `|` joins two sets, and one covers another when it has all its bits. Subscribers are stored with these
 * numbers, so a bit never changes its meaning.
 */
export type SubscriptionOptions = number

/** OpenD's defaults. */
export const NO_OPTIONS: SubscriptionOptions = 0

/** `Qot_Common.RehabType` n is bit n. */
const REHAB_TYPES: readonly number[] = Object.values(RehabType)
const REHAB_BITS: SubscriptionOptions = REHAB_TYPES.reduce((bits, type) => bits | (1 << type), 0)
const FORWARD: SubscriptionOptions = 1 << RehabType.Forward

const REGULAR: SubscriptionOptions = 1 << 3
const BEFORE_AND_AFTER: SubscriptionOptions = 1 << 4
const OVERNIGHT: SubscriptionOptions = 1 << 5
const SESSION_BITS: SubscriptionOptions = REGULAR | BEFORE_AND_AFTER | OVERNIGHT

/** `extendedTime` of `Qot_Sub`. */
export const EXTENDED_TIME: SubscriptionOptions = 1 << 6
/** `isSubOrderBookDetail` of `Qot_Sub`. */
export const ORDER_BOOK_DETAIL: SubscriptionOptions = 1 << 7

/**
 * The hours of each `Common.Session`. ALL is the widest, ETH is wider than RTH, and NONE (OpenD's default) is the
 * narrowest. OVERNIGHT and RTH or ETH do not contain each other; they join to ALL.
 */
const SESSION_HOURS: ReadonlyMap<number, SubscriptionOptions> = new Map([
  [Session.NONE, 0],
  [Session.RTH, REGULAR],
  [Session.ETH, REGULAR | BEFORE_AND_AFTER],
  [Session.OVERNIGHT, OVERNIGHT],
  [Session.ALL, SESSION_BITS],
])

/** Whether `options` has all bits of `needed`. */
export function covers(options: SubscriptionOptions, needed: SubscriptionOptions): boolean {
  return (options & needed) === needed
}

/** The options of a list of `Qot_Common.RehabType`; null when one of them is unknown. */
export function rehabOptions(rehabTypes: readonly number[]): SubscriptionOptions | null {
  if (!rehabTypes.every((type) => REHAB_TYPES.includes(type))) return null
  return rehabTypes.reduce((options, type) => options | (1 << type), 0)
}

/** The options of a `Common.Session`; null for an unknown one. */
export function sessionOptions(session: number): SubscriptionOptions | null {
  return SESSION_HOURS.get(session) ?? null
}

/** The `Qot_Common.RehabType` list of these options; empty unless they are those of pushed K-lines. */
export function rehabTypesIn(options: SubscriptionOptions): readonly number[] {
  return REHAB_TYPES.filter((type) => (options & (1 << type)) !== 0)
}

/** The narrowest `Common.Session` with all hours of these options. */
export function sessionIn(options: SubscriptionOptions): number {
  const hours = options & SESSION_BITS
  for (const [session, sessionHours] of SESSION_HOURS) if (sessionHours === hours) return session
  return Session.ALL
}

/** The options with other hours. */
export function withSession(options: SubscriptionOptions, hours: SubscriptionOptions): SubscriptionOptions {
  return (options & ~SESSION_BITS) | hours
}

/** The options with other rehab types. */
export function withRehab(options: SubscriptionOptions, rehab: SubscriptionOptions): SubscriptionOptions {
  return (options & ~REHAB_BITS) | rehab
}

/** The options with that flag set or cleared. */
export function withFlag(options: SubscriptionOptions, flag: SubscriptionOptions, isOn: boolean): SubscriptionOptions {
  return isOn ? options | flag : options & ~flag
}

/**
 * The options with OpenD's default for K-lines without a rehab type: forward adjustment. Other types have no rehab
 * type.
 */
export function withDefaultRehab(subType: number, options: SubscriptionOptions): SubscriptionOptions {
  if (!isKLine(subType)) return options & ~REHAB_BITS
  return (options & REHAB_BITS) === 0 ? options | FORWARD : options
}

/**
 * The options that a call has to contain. Forward adjustment alone is OpenD's default; without it, K-lines can share a
 * call with other types.
 */
export function statedOptions(options: SubscriptionOptions): SubscriptionOptions {
  return (options & REHAB_BITS) === FORWARD ? options & ~REHAB_BITS : options
}

/** Whether a `Qot_Common.SubType` is a K-line of some period. */
export function isKLine(subType: number): boolean {
  return K_LINES.has(subType)
}

/** Whether a number is a `Qot_Common.SubType` that can be subscribed. */
export function isSubType(subType: number): boolean {
  return SUB_TYPES.has(subType)
}

const SUB_TYPES: ReadonlySet<number> = new Set(Object.values(SubType).filter((type) => type !== SubType.None))
const K_LINES: ReadonlySet<number> = new Set(
  Object.entries(SubType).flatMap(([name, type]) => (name.startsWith('KL_') ? [type] : [])),
)
