/** One series of a page in the Prometheus text format. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The series of one metric, with its help and type. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly series: readonly Series[]
}

const HELP = /^# HELP ([a-z_][a-z0-9_]*) (\S.*)$/
const TYPE = /^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram)$/
const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y

/** Parses a page strictly: a family is its help, its type and its series, in this order and without a gap. */
export function parseExposition(text: string): readonly Family[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const lines = text.slice(0, -1).split('\n')
  const families: (Family & { readonly series: Series[] })[] = []
  for (let index = 0; index < lines.length; index++) {
    const [, name = '', help = ''] = HELP.exec(lines[index] ?? '') ?? []
    if (name !== '') {
      const [, typed, type = ''] = TYPE.exec(lines[++index] ?? '') ?? []
      if (typed !== name) throw new Error(`${name}: its help is not followed by its type`)
      families.push({ name, help, type, series: [] })
      continue
    }
    const sample = SAMPLE.exec(lines[index] ?? '')
    if (sample === null) throw new Error(`not a line of the format: ${lines[index]}`)
    const [, series = '', labels = '', value] = sample
    families.at(-1)?.series.push({ name: series, labels: labelsOf(labels), value: Number(value) })
  }
  return families
}

/** What is wrong with the families by the rules of `promtool check metrics`, as sentences. */
export function expositionProblems(families: readonly Family[]): readonly string[] {
  const twice = families.map(({ name }) => name).filter((name, index, all) => all.indexOf(name) !== index)
  return [...twice.map((name) => `${name}: there twice`), ...families.flatMap(familyProblems)]
}

/** Units that are not the base unit, and abbreviations of units. */
const WRONG_UNITS =
  /_(?:ms|s|sec|secs|milliseconds|microseconds|minutes|hours|days|kb|mb|kilobytes|bits|percent)(?:_|$)/

function familyProblems({ name, type, series }: Family): readonly string[] {
  const isHistogram = type === 'histogram'
  const rules: readonly (readonly [boolean, string])[] = [
    [type === 'counter' && !name.endsWith('_total'), 'a counter must end in _total'],
    [type !== 'counter' && name.endsWith('_total'), 'only a counter may end in _total'],
    [/_(?:bucket|sum|count|info)$/.test(name), 'the end of the name belongs to a series of a histogram'],
    [/_(?:gauge|counter|histogram|summary)(?:_|$)/.test(name), 'the name has the type in it'],
    [WRONG_UNITS.test(name), 'a unit must be a base unit, written in full'],
    [series.some((one) => (isHistogram ? !isPartOf(name, one.name) : one.name !== name)), 'a series of another family'],
    [!isHistogram && series.some(({ labels }) => 'le' in labels || 'quantile' in labels), 'le is for histograms only'],
    [series.some(({ value }) => !Number.isFinite(value)), 'a value is no number'],
    [type === 'counter' && series.some(({ value }) => value < 0), 'a counter is negative'],
  ]
  const broken = rules.filter(([isBroken]) => isBroken).map(([, problem]) => problem)
  const keys = series.map(keyOf)
  const twice = keys
    .filter((key, index) => keys.indexOf(key) !== index)
    .map((key) => `the series ${key} is there twice`)
  return [...broken, ...twice, ...(isHistogram ? bucketProblems(name, series) : [])].map((text) => `${name}: ${text}`)
}

/** Buckets increase with their bounds, end with +Inf, and that one equals the count. */
function bucketProblems(name: string, series: readonly Series[]): readonly string[] {
  const groups = Map.groupBy(series, ({ labels }) => JSON.stringify({ ...labels, le: undefined }))
  return [...groups].flatMap(([group, members]) => {
    const buckets = members.filter((one) => one.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])))
    const count = members.find((one) => one.name === `${name}_count`)?.value
    const hasSum = members.some((one) => one.name === `${name}_sum`)
    const isSorted = bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] ?? Infinity))
    const isCumulative = buckets.every(({ value }, index) => index === 0 || value >= (buckets[index - 1]?.value ?? 0))
    const isComplete = bounds.at(-1) === Infinity && buckets.at(-1)?.value === count && hasSum
    return isSorted && isCumulative && isComplete ? [] : [`the buckets of ${group} are no histogram`]
  })
}

function isPartOf(family: string, series: string): boolean {
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(series)
}

function keyOf({ name, labels }: Series): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return `${name} ${pairs.toSorted((one, other) => (one < other ? -1 : 1)).join()}`
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex
    const label = LABEL.exec(text)
    if (label === null) throw new Error(`not labels: ${text.slice(at)}`)
    const [, name = '', value = ''] = label
    if (name in labels) throw new Error(`the label ${name} is there twice`)
    labels[name] = value
  }
  return labels
}
