import { RehabType, Session, SubType } from '../../proto/enums.ts'

/**
 * What a unit is subscribed with, as a set of bits: the adjusted K-lines that are pushed, the hours of the US day, and
 * two flags. Two sets join with `|`, and one covers another when it has all its bits. Holders are stored with these
 * numbers, so a bit never changes its meaning.
 */
export type SubscriptionOptions = number

/** Nothing beyond what OpenD delivers anyway. */
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
 * The hours of each `Common.Session`. By them ALL is widest, ETH is wider than RTH, and NONE (OpenD's own choice) is
 * narrower than any. The two that do not contain each other, OVERNIGHT and one of the others, join to ALL.
 */
const SESSION_HOURS: ReadonlyMap<number, SubscriptionOptions> = new Map([
  [Session.NONE, 0],
  [Session.RTH, REGULAR],
  [Session.ETH, REGULAR | BEFORE_AND_AFTER],
  [Session.OVERNIGHT, OVERNIGHT],
  [Session.ALL, SESSION_BITS],
])

/** Whether who has `terms` has everything that `needed` asks for. */
export function covers(options: SubscriptionOptions, needed: SubscriptionOptions): boolean {
  return (options & needed) === needed
}

/** The terms of a list of `Qot_Common.RehabType`; null when one of them is no such number. */
export function rehabOptions(rehabTypes: readonly number[]): SubscriptionOptions | null {
  if (!rehabTypes.every((type) => REHAB_TYPES.includes(type))) return null
  return rehabTypes.reduce((options, type) => options | (1 << type), 0)
}

/** The terms of a `Common.Session`; null when it is no such number. */
export function sessionOptions(session: number): SubscriptionOptions | null {
  return SESSION_HOURS.get(session) ?? null
}

/** The `Qot_Common.RehabType` list in these terms; empty for everything but pushed K-lines. */
export function rehabTypesIn(options: SubscriptionOptions): readonly number[] {
  return REHAB_TYPES.filter((type) => (options & (1 << type)) !== 0)
}

/** The narrowest `Common.Session` with all the hours in these terms. */
export function sessionIn(options: SubscriptionOptions): number {
  const hours = options & SESSION_BITS
  for (const [session, itsHours] of SESSION_HOURS) if (itsHours === hours) return session
  return Session.ALL
}

/** The terms with other hours. */
export function withSession(options: SubscriptionOptions, hours: SubscriptionOptions): SubscriptionOptions {
  return (options & ~SESSION_BITS) | hours
}

/** The terms with other rehab types. */
export function withRehab(options: SubscriptionOptions, rehab: SubscriptionOptions): SubscriptionOptions {
  return (options & ~REHAB_BITS) | rehab
}

/** The terms with that flag set or cleared. */
export function withFlag(options: SubscriptionOptions, flag: SubscriptionOptions, isOn: boolean): SubscriptionOptions {
  return isOn ? options | flag : options & ~flag
}

/**
 * K-lines whose pushes are registered with no rehab type named are forward-adjusted, which is OpenD's own default.
 * Other types have nothing to adjust.
 */
export function withDefaultRehab(subType: number, options: SubscriptionOptions): SubscriptionOptions {
  if (!isKLine(subType)) return options & ~REHAB_BITS
  return (options & REHAB_BITS) === 0 ? options | FORWARD : options
}

/**
 * The terms as a call states them: forward adjustment alone is what OpenD takes for granted, and left unsaid it lets
 * K-lines share a call with other types.
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
