/** A period as charts and other APIs write it: `5m`, `1h`, `1d`, `1mo`. */
const PERIOD = /^([1-9][0-9]{0,2})(m|min|h|d|day|w|week|mo|mon|month|y|year)$/i

const MINUTES: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60 }

/**
 * The official SDK's names of the K-lines that a chart's period can mean, for a "did you mean": none for other texts, two
 * for `1m`. Half of all charts mean the minute and half the month, and a wrong guess would answer with wrong prices.
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

/** The name with what it means, for the two that look alike. */
export function describeKLine(name: string): string {
  if (name === 'K_1M') return 'K_1M (one minute)'
  return name === 'K_MON' ? 'K_MON (one month)' : name
}
