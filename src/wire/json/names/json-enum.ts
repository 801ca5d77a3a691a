import { describeKLine, suggestKLines } from './chart-period.ts'
import { nearestName } from './nearest-name.ts'
import { otherEnumName } from './other-names.ts'
import { enumType } from '../../schema.ts'
import { SDK_NAMES } from './sdk-names.ts'

/**
 * Enums whose numbers are bit flags. The schema does not mark them, so they are listed here. Only the first is used by
 * a request field.
 */
const FLAG_ENUMS = new Set(['GetUserInfo.UserInfoField', 'Qot_Common.KLFields', 'Qot_Common.CompanyAct'])

/** Enums that have a value for each K-line. */
const K_LINE_ENUMS = new Set(['Qot_Common.KLType', 'Qot_Common.SubType'])

/** Maximum number of names in an error. Most enums are shorter; the longest has 61 names. */
const MAX_LISTED = 30

/** The names and numbers of an enum for the JSON check. */
interface EnumNames {
  readonly byFoldedName: ReadonlyMap<string, number>
  /** Names for "did you mean": those of the schema without the prefix, then those of the SDK. */
  readonly suggestions: ReadonlySet<string>
  readonly numbers: ReadonlySet<number>
  /** All bits of a flag enum; null for other enums. */
  readonly bits: number | null
  readonly description: string
}

const cache = new Map<string, EnumNames>()

/**
 * The number of an enum value given as a number or a name; null when the enum does not have it. A name is that of the
 * schema or of the official Python SDK, with or without the enum's prefix. Letter case and underscores are ignored, so
 * `TrdSide_SellShort`, `SellShort` and `SELL_SHORT` are the same name. A flag enum also accepts sums of its numbers.
 */
export function enumNumber(enumName: string, given: number | string): number | null {
  const names = namesOf(enumName)
  if (typeof given === 'string') return names.byFoldedName.get(fold(given)) ?? null
  if (names.bits !== null) return (given & names.bits) === given ? given & names.bits : null
  // Adding 0 converts the -0 that JSON allows to 0.
  return names.numbers.has(given) ? given + 0 : null
}

/** The values of an enum for an error: `one of Unknown=0, Buy=1, Sell=2 (name or number)`. */
export function describeEnum(enumName: string): string {
  return namesOf(enumName).description
}

/** The value that an unknown name most likely means, completing "did you mean ..."; null when no name is similar. */
export function suggestEnumValue(enumName: string, given: string): string | null {
  const { suggestions } = namesOf(enumName)
  const kLines = K_LINE_ENUMS.has(enumName) ? suggestKLines(given) : []
  return kLines.length > 0 && kLines.every((name) => suggestions.has(name))
    ? kLines.map(describeKLine).join(' or ')
    : (otherEnumName(enumName, given) ?? nearestName(given, suggestions))
}

function namesOf(enumName: string): EnumNames {
  let names = cache.get(enumName)
  if (names === undefined) {
    names = readNames(enumName)
    cache.set(enumName, names)
  }
  return names
}

function readNames(enumName: string): EnumNames {
  const { values } = enumType(enumName)
  const prefix = `${enumName.slice(enumName.lastIndexOf('.') + 1)}_`
  const byFoldedName = new Map<string, number>()
  const listed: string[] = []
  const suggestions = new Set<string>()
  let bits = 0
  for (const [name, number] of values) {
    const shortName = name.startsWith(prefix) ? name.slice(prefix.length) : name
    byFoldedName.set(fold(name), number).set(fold(shortName), number)
    listed.push(`${shortName}=${number}`)
    bits |= number
    suggestions.add(shortName)
  }
  for (const [name, schemaName] of Object.entries(SDK_NAMES[enumName] ?? {})) {
    const number = byFoldedName.get(fold(schemaName))
    if (number === undefined) throw new Error(`the schema has no ${schemaName} in ${enumName}`)
    byFoldedName.set(fold(name), number)
    suggestions.add(name)
  }
  const isFlags = FLAG_ENUMS.has(enumName)
  const description = isFlags
    ? `a name, a number or a sum of numbers of ${sentence(listed)}`
    : `one of ${sentence(listed)} (name or number)`
  return { byFoldedName, suggestions, numbers: new Set(values.values()), bits: isFlags ? bits : null, description }
}

function sentence(listed: readonly string[]): string {
  const shown = listed.slice(0, MAX_LISTED).join(', ')
  const more = listed.length - MAX_LISTED
  return more > 0 ? `${shown} and ${more} more` : shown
}

function fold(name: string): string {
  return name.replaceAll('_', '').toLowerCase()
}
