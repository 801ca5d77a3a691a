/** The zones of the simulation have no summer time. */
const OFFSETS_MS: Readonly<Record<string, number>> = { UTC: 0, 'America/Noronha': -2 * 3_600_000 }

/** The day of a time (Unix ms) in a time zone. */
export function localDay(utcMs: number, timeZone: string): string {
  return local(utcMs, timeZone).toISOString().slice(0, 10)
}

/** The minutes since midnight in a time zone. */
export function localMinutes(utcMs: number, timeZone: string): number {
  const date = local(utcMs, timeZone)
  return date.getUTCHours() * 60 + date.getUTCMinutes()
}

function local(utcMs: number, timeZone: string): Date {
  return new Date(utcMs + (OFFSETS_MS[timeZone] ?? Number.NaN))
}
