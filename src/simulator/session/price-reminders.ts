import { PriceReminderFreq, PriceReminderType, SetPriceReminderOp } from '../../../proto/enums.ts'
import { refuse, type C2S, type Refusal, type S2C } from '../handler.ts'
import type { SecurityRef } from './subscription-registry.ts'

/** One reminder of the user, as plain JSON. */
export interface PriceReminder {
  /** Handle of the reminder, below 2^53. */
  readonly key: number
  readonly security: SecurityRef
  /** `Qot_Common.PriceReminderType`. */
  readonly type: number
  /** `Qot_Common.PriceReminderFreq`. */
  readonly freq: number
  /** Price, percent, shares or money, depending on the type. */
  readonly value: number
  readonly note: string
  readonly isEnabled: boolean
  /** `Qot_Common.PriceReminderMarketStatus` list; empty: any session. */
  readonly sessions: readonly number[]
  /** Whether its condition was met at the last check. It sends a message when this changes to true. */
  readonly wasMet: boolean
  /** Trading day of its last message; null before the first. */
  readonly lastDay: string | null
}

/** OpenD's limit of reminders of one type for one security. */
const MAX_OF_TYPE = 10

/** The app stores a few hundred; the bound limits the memory that a client can use. */
const MAX_REMINDERS = 1000

/** The limit in the schema: twenty Chinese characters. */
const MAX_NOTE_CHARACTERS = 20

/** The price reminders of the user: set by calls, checked while the market moves. */
export class PriceReminders {
  #reminders: PriceReminder[]

  constructor(reminders: readonly PriceReminder[]) {
    this.#reminders = [...reminders]
  }

  list(): readonly PriceReminder[] {
    return this.#reminders
  }

  /** Replaces the reminder that has the same key. */
  replace(reminder: PriceReminder): void {
    this.#reminders = this.#reminders.map((one) => (one.key === reminder.key ? reminder : one))
  }

  /** Qot_SetPriceReminder on a security that exists. */
  set(c2s: C2S<'Qot_SetPriceReminder'>): S2C<'Qot_SetPriceReminder'> | Refusal {
    const { security, op } = c2s
    if (op === SetPriceReminderOp.Add) return this.#add(c2s)
    if (op === SetPriceReminderOp.DelAll) {
      this.#reminders = this.#reminders.filter((one) => !isSame(one.security, security))
      return { key: 0n }
    }
    const reminder = this.#reminders.find((one) => BigInt(one.key) === c2s.key && isSame(one.security, security))
    if (reminder === undefined) return refuse(`no price reminder with key ${c2s.key ?? 0n} for this security`)
    const key = BigInt(reminder.key)
    switch (op) {
      case SetPriceReminderOp.Del:
        this.#reminders = this.#reminders.filter((one) => one !== reminder)
        return { key }
      case SetPriceReminderOp.Enable:
        this.replace({ ...reminder, isEnabled: true, wasMet: false })
        return { key }
      case SetPriceReminderOp.Disable:
        this.replace({ ...reminder, isEnabled: false })
        return { key }
      case SetPriceReminderOp.Modify: {
        const terms = readTerms(c2s, reminder)
        if ('refusal' in terms) return terms
        this.replace({ ...reminder, ...terms, wasMet: false, lastDay: null })
        return { key }
      }
      default:
        return refuse(`unknown op ${op}`)
    }
  }

  /** Qot_GetPriceReminder: the reminders of one security, or of one market. */
  report(
    wanted: (security: SecurityRef) => boolean,
    nameOf: (security: SecurityRef) => string,
  ): S2C<'Qot_GetPriceReminder'> {
    const bySecurity = Map.groupBy(
      this.#reminders.filter(({ security }) => wanted(security)),
      ({ security }) => `${security.market}.${security.code}`,
    )
    const priceReminderList = []
    for (const reminders of bySecurity.values()) {
      const [first] = reminders
      if (first === undefined) continue
      const { security } = first
      priceReminderList.push({ security, name: nameOf(security), itemList: reminders.map(itemOf) })
    }
    return { priceReminderList }
  }

  #add(c2s: C2S<'Qot_SetPriceReminder'>): S2C<'Qot_SetPriceReminder'> | Refusal {
    const terms = readTerms(c2s, null)
    if ('refusal' in terms) return terms
    const ofType = this.#reminders.filter(({ security, type }) => isSame(security, c2s.security) && type === terms.type)
    if (ofType.length >= MAX_OF_TYPE) return refuse(`at most ${MAX_OF_TYPE} reminders of one type for one security`)
    if (this.#reminders.length >= MAX_REMINDERS) return refuse(`at most ${MAX_REMINDERS} price reminders`)
    const key = Math.max(0, ...this.#reminders.map((one) => one.key)) + 1
    const { market, code } = c2s.security
    this.#reminders.push({ key, security: { market, code }, ...terms, isEnabled: true, wasMet: false, lastDay: null })
    return { key: BigInt(key) }
  }
}

type Terms = Pick<PriceReminder, 'type' | 'freq' | 'value' | 'note' | 'sessions'>

/** The terms of a request. A change leaves members that it omits as they are. */
function readTerms(c2s: C2S<'Qot_SetPriceReminder'>, before: PriceReminder | null): Terms | Refusal {
  const type = c2s.type ?? before?.type ?? PriceReminderType.Unknown
  const freq = c2s.freq ?? before?.freq ?? PriceReminderFreq.Unknown
  const value = c2s.value ?? before?.value ?? Number.NaN
  const note = c2s.note ?? before?.note ?? ''
  const isIn = (names: Readonly<Record<string, number>>, number: number): boolean =>
    number !== 0 && Object.values(names).includes(number)
  if (!isIn(PriceReminderType, type)) return refuse(`unknown price reminder type ${type}`)
  if (!isIn(PriceReminderFreq, freq)) return refuse(`unknown price reminder freq ${freq}`)
  if (!Number.isFinite(value)) return refuse('a price reminder needs a value')
  if (note.length > MAX_NOTE_CHARACTERS) return refuse(`note is longer than ${MAX_NOTE_CHARACTERS} characters`)
  const sessions = (c2s.reminderSessionList ?? []).length > 0 ? c2s.reminderSessionList : before?.sessions
  // The schema requires truncation after the third digit.
  return { type, freq, value: Math.trunc(value * 1000) / 1000, note, sessions: sessions ?? [] }
}

type Item = NonNullable<NonNullable<S2C<'Qot_GetPriceReminder'>['priceReminderList']>[number]['itemList']>[number]

function itemOf(reminder: PriceReminder): Item {
  const { key, type, value, note, freq, isEnabled, sessions } = reminder
  return { key: BigInt(key), type, value, note, freq, isEnable: isEnabled, reminderSessionList: sessions }
}

function isSame(one: SecurityRef, other: SecurityRef): boolean {
  return one.market === other.market && one.code === other.code
}
