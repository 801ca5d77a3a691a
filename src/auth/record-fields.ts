import { isJsonArray, type JsonObject, type JsonValue } from '../wire/json-text.ts'

/** A JSON object of the key file, read field by field. What is wrong is collected as sentences; reading goes on. */
export class RecordFields {
  readonly #values: ReadonlyMap<string, JsonValue>
  readonly #where: string
  readonly #problems: string[]
  readonly #unread: Set<string>

  /** `where` names the object in problems. A field that is null counts as absent, as the reference writes it. */
  constructor(object: JsonObject, where: string, problems: string[]) {
    this.#values = new Map(Object.entries(object).filter(([, value]) => value !== null))
    this.#where = where
    this.#problems = problems
    this.#unread = new Set(Object.keys(object))
  }

  /** Adds a problem with this object's place in front. */
  report(problem: string): void {
    this.#problems.push(`${this.#where}: ${problem}`)
  }

  /** Reports every field that nothing has asked for. */
  reportUnread(): void {
    for (const name of this.#unread) this.report(`unknown field ${JSON.stringify(name)}.`)
  }

  /** The value of a field, or undefined when it is absent or null. */
  value(name: string): JsonValue | undefined {
    this.#unread.delete(name)
    return this.#values.get(name)
  }

  text(name: string): string | null {
    const value = this.value(name)
    if (value === undefined) return null
    if (typeof value === 'string') return value
    this.report(`${name} must be a string.`)
    return null
  }

  textList(name: string): readonly string[] | null {
    const value = this.value(name)
    if (value === undefined) return null
    if (isJsonArray(value) && value.every((item) => typeof item === 'string')) return value
    this.report(`${name} must be a list of strings.`)
    return []
  }

  /** A list of strings that all have a certain form. */
  textsLike(name: string, form: RegExp): readonly string[] | null {
    const texts = this.textList(name)
    const wrong = texts?.findIndex((text) => !form.test(text)) ?? -1
    if (wrong >= 0) this.report(`${name}[${wrong}] has an unknown form.`)
    return texts
  }

  /** A finite number that is not negative. */
  amount(name: string): number | null {
    const value = this.value(name)
    if (value === undefined) return null
    if (isAmount(value)) return value
    this.report(`${name} must be a number, 0 or more.`)
    return null
  }

  /** Account ids: JSON integers, or decimal strings. Numbers over 2^53 arrive as bigint, digit for digit. */
  accIds(name: string): readonly bigint[] | null {
    const value = this.value(name)
    if (value === undefined) return null
    const ids = isJsonArray(value) ? value.map(accIdOf) : [null]
    if (ids.every((id) => id !== null)) return ids
    this.report(`${name} must be a list of account ids.`)
    return []
  }
}

/** Whether a value is a finite number that is not negative. */
export function isAmount(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

/** In the key file an empty list of accounts, cards or sides means "no restriction", as futu-opend-rs reads it. */
export function nonEmpty<Item>(list: readonly Item[] | null): readonly Item[] | null {
  return list !== null && list.length > 0 ? list : null
}

const MAX_UINT64 = 2n ** 64n - 1n

function accIdOf(value: JsonValue): bigint | null {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!isInteger && !(typeof value === 'string' && /^\d{1,20}$/.test(value))) return null
  const id = BigInt(value)
  return id >= 0n && id <= MAX_UINT64 ? id : null
}
