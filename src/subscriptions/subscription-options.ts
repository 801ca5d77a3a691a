import { RehabType, Session, SubType } from '../../proto/enums.ts'

/**
 * What a unit is subscribed with, as a set of bits: the adjusted K-lines that are pushed, the hours of the US day, and
 * two flags. Two sets join with `|`, and one covers another when it has all its bits. Holders are stored with these
 * numbers, so a bit never changes its meaning.
 */
export type Terms = number

/** Nothing beyond what OpenD delivers anyway. */
export const PLAIN: Terms = 0

/** `Qot_Common.RehabType` n is bit n. */
const REHAB_TYPES: readonly number[] = Object.values(RehabType)
const REHAB_BITS: Terms = REHAB_TYPES.reduce((bits, type) => bits | (1 << type), 0)
const FORWARD: Terms = 1 << RehabType.Forward

const REGULAR: Terms = 1 << 3
const BEFORE_AND_AFTER: Terms = 1 << 4
const OVERNIGHT: Terms = 1 << 5
const SESSION_BITS: Terms = REGULAR | BEFORE_AND_AFTER | OVERNIGHT

/** `extendedTime` of `Qot_Sub`. */
export const EXTENDED_TIME: Terms = 1 << 6
/** `isSubOrderBookDetail` of `Qot_Sub`. */
export const ORDER_BOOK_DETAIL: Terms = 1 << 7

/**
 * The hours of each `Common.Session`. By them ALL is widest, ETH is wider than RTH, and NONE (OpenD's own choice) is
 * narrower than any. The two that do not contain each other, OVERNIGHT and one of the others, join to ALL.
 */
const SESSION_HOURS: ReadonlyMap<number, Terms> = new Map([
  [Session.NONE, 0],
  [Session.RTH, REGULAR],
  [Session.ETH, REGULAR | BEFORE_AND_AFTER],
  [Session.OVERNIGHT, OVERNIGHT],
  [Session.ALL, SESSION_BITS],
])

/** Whether who has `terms` has everything that `needed` asks for. */
export function covers(terms: Terms, needed: Terms): boolean {
  return (terms & needed) === needed
}

/** The terms of a list of `Qot_Common.RehabType`; null when one of them is no such number. */
export function rehabTerms(rehabTypes: readonly number[]): Terms | null {
  if (!rehabTypes.every((type) => REHAB_TYPES.includes(type))) return null
  return rehabTypes.reduce((terms, type) => terms | (1 << type), 0)
}

/** The terms of a `Common.Session`; null when it is no such number. */
export function sessionTerms(session: number): Terms | null {
  return SESSION_HOURS.get(session) ?? null
}

/** The `Qot_Common.RehabType` list in these terms; empty for everything but pushed K-lines. */
export function rehabTypesIn(terms: Terms): readonly number[] {
  return REHAB_TYPES.filter((type) => (terms & (1 << type)) !== 0)
}

/** The narrowest `Common.Session` with all the hours in these terms. */
export function sessionIn(terms: Terms): number {
  const hours = terms & SESSION_BITS
  for (const [session, itsHours] of SESSION_HOURS) if (itsHours === hours) return session
  return Session.ALL
}

/** The terms with other hours. */
export function withSession(terms: Terms, hours: Terms): Terms {
  return (terms & ~SESSION_BITS) | hours
}

/** The terms with other rehab types. */
export function withRehab(terms: Terms, rehab: Terms): Terms {
  return (terms & ~REHAB_BITS) | rehab
}

/** The terms with that flag set or cleared. */
export function withFlag(terms: Terms, flag: Terms, isOn: boolean): Terms {
  return isOn ? terms | flag : terms & ~flag
}

/**
 * K-lines whose pushes are registered with no rehab type named are forward-adjusted, which is OpenD's own default.
 * Other types have nothing to adjust.
 */
export function withDefaultRehab(subType: number, terms: Terms): Terms {
  if (!isKLine(subType)) return terms & ~REHAB_BITS
  return (terms & REHAB_BITS) === 0 ? terms | FORWARD : terms
}

/**
 * The terms as a call states them: forward adjustment alone is what OpenD takes for granted, and left unsaid it lets
 * K-lines share a call with other types.
 */
export function statedTerms(terms: Terms): Terms {
  return (terms & REHAB_BITS) === FORWARD ? terms & ~REHAB_BITS : terms
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
