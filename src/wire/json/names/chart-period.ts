/** A period in the form of charts and other APIs: `5m`, `1h`, `1d`, `1mo`. */
const PERIOD = /^([1-9][0-9]{0,2})(m|min|h|d|day|w|week|mo|mon|month|y|year)$/i

const MINUTES: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60 }

/**
 * The official SDK's names of the K-lines that a chart period can mean, for "did you mean"; empty for other texts. `1m`
 * has two names, because it means a minute in some charts and a month in others.
 */
export function suggestKLines(given: string): readonly string[] {
  const [, count = '', unitText = ''] = PERIOD.exec(given) ?? []
  const unit = unitText.toLowerCase()
  if (count === '1' && unit === 'm') return ['K_1M', 'K_MON']
  const minutes = MINUTES[unit]
  if (minutes !== undefined) return [`K_${Number(count) * minutes}M`]
  if (count !== '1') return []
  if (unit.startsWith('d')) return ['K_DAY']
  if (unit.startsWith('w')) return ['K_WEEK']
  return [unit.startsWith('mo') ? 'K_MON' : 'K_YEAR']
}

/** The name of a K-line, with an explanation for the two similar names. */
export function describeKLine(name: string): string {
  if (name === 'K_1M') return 'K_1M (one minute)'
  return name === 'K_MON' ? 'K_MON (one month)' : name
}
