import { enumType, type Field } from '../../wire/schema.ts'

const DAY_MS = 86_400_000

/** A valid value for a field, chosen by its name and type: a time has the form of a time, a ratio that of a ratio. */
export function genericScalar(field: Field, hash: number, index: number, nowMs: number): unknown {
  if (field.enumName !== null) return enumValue(field.enumName, hash)
  switch (field.kind) {
    case 'bool':
      // A last page, and nothing unusual about the security.
      return /^(lastPage|isRealTime|includes)$/.test(field.name)
    case 'string':
      return text(field.name, hash, index, nowMs)
    case 'bytes':
      return new Uint8Array(0)
    case 'double':
    case 'float':
      return decimal(field.name, hash)
    case 'int64':
    case 'uint64':
      return BigInt(integer(field.name, hash, index, nowMs))
    default:
      return integer(field.name, hash, index, nowMs)
  }
}

/** A member of the enum; its "unknown" member only if it has no other. */
function enumValue(name: string, hash: number): number {
  const values = [...new Set(enumType(name).values.values())]
  const known = values.filter((value) => value > 0)
  const choice = known.length > 0 ? known : values
  return choice[hash % choice.length] ?? 0
}

function isTime(name: string): boolean {
  return /(time|date|day|timestamp)(str)?$/i.test(name)
}

/** A time in the last ninety days, earlier for later elements of a list. */
function momentMs(hash: number, index: number, nowMs: number): number {
  return nowMs - (index * 7 + (hash % 7) + 1) * DAY_MS
}

function integer(name: string, hash: number, index: number, nowMs: number): number {
  if (isTime(name)) return Math.floor(momentMs(hash, index, nowMs) / 1000)
  if (/count$|^total$|num$/i.test(name)) return 2
  if (/rank|index|level/i.test(name)) return index + 1
  return (hash % 1000) * 100
}

function decimal(name: string, hash: number): number {
  const range = /rat(io|e)|percent|proportion|probability|volatility|yield/i.test(name) ? 10_000 : 50_000
  return (hash % range) / 100
}

function text(name: string, hash: number, index: number, nowMs: number): string {
  if (isTime(name)) {
    const [date = '', time = ''] = new Date(momentMs(hash, index, nowMs)).toISOString().split('T')
    return /date|day/i.test(name) ? date : `${date} ${time.slice(0, 8)}`
  }
  if (/url|link$/i.test(name)) return `https://example.invalid/${hash % 10_000}`
  if (/currency/i.test(name)) return 'HKD'
  if (/(uid|id|key|code|symbol)$/i.test(name)) return String(10_000 + (hash % 90_000))
  if (/^(volume|previous|consensus|actual|value|rate|tickSize|settlementValue|expirationValue|mvc)$/.test(name)) {
    return decimal(name, hash).toFixed(2)
  }
  return `${words(name)} ${index + 1}`
}

/** `institutionName` as `institution name`. */
function words(name: string): string {
  return name
    .replace(/_/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
}
