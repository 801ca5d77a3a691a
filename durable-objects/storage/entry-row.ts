import type { LedgerEntry } from '../../src/orders/entry.ts'
import type { ReservedEntry } from '../../src/orders/ledger.ts'

/** The columns of an entry. */
export type EntryRow = {
  readonly seq: number
  readonly entry: string
  readonly reply: ArrayBuffer | null
}

/** Fields added after the first release, with their values for older entries. */
const ADDED_LATER = {
  payers: [],
  callId: null,
  refusal: null,
  isValued: true,
  sentAtMs: null,
  contradiction: null,
  resolution: null,
} as const

/** An entry as it is stored. */
type StoredEntry = Omit<LedgerEntry, 'pollAttempts' | 'nextPollAtMs'> & {
  readonly looks: number
  readonly nextLookMs: number
  readonly reservation: { readonly value: string } | null
}

/** The entry as JSON without its reply, which has a column. The value of its reservation is decimal text. */
export function entryText(entry: LedgerEntry): string {
  const { reservation, pollAttempts, nextPollAtMs, ...fields } = entry
  const stored = reservation === null ? null : { ...reservation, value: reservation.value.toString() }
  // These two fields are stored under their names in the first release.
  return JSON.stringify({ ...fields, looks: pollAttempts, nextLookMs: nextPollAtMs, reply: null, reservation: stored })
}

/** Reads a row that this version or an earlier one wrote. */
export function readEntry({ entry: text, reply }: EntryRow): LedgerEntry {
  // Only `entryText` writes the column.
  const { looks, nextLookMs, ...entry } = JSON.parse(text) as StoredEntry
  const { reservation } = entry
  return {
    ...ADDED_LATER,
    ...entry,
    pollAttempts: looks,
    nextPollAtMs: nextLookMs,
    reservation: reservation === null ? null : { ...reservation, value: BigInt(reservation.value) },
    reply: reply === null ? null : new Uint8Array(reply),
  }
}

/** The reservation of an entry, without its other fields. */
export type ReservedRow = {
  readonly id: string
  readonly state: string
  /** JSON; null when the entry has no reservation. */
  readonly reservation: string | null
  readonly holds: string
  readonly sentAtMs: number | null
}

/** Reads the reservation of an entry; empty when it has none. */
export function readReserved({ id, state, reservation, holds, sentAtMs }: ReservedRow): readonly ReservedEntry[] {
  if (reservation === null) return []
  // Only `entryText` writes reservations.
  const stored = JSON.parse(reservation) as NonNullable<LedgerEntry['reservation']> & { readonly value: string }
  return [
    {
      id,
      state: state as LedgerEntry['state'],
      reservation: { ...stored, value: BigInt(stored.value) },
      holds: holds as LedgerEntry['holds'],
      sentAtMs,
    },
  ]
}
