import type { Result } from '../../base/result.ts'
import type { Alert } from '../alert.ts'
import { misfit } from '../alert-fields.ts'
import { readPlain } from './plain.ts'

/** Words of a message. A message of this form has about ten. */
const MAX_WORDS = 20

const FORM =
  'a message such as "buy HK.00700 100 @ 300", "sell NASDAQ:AAPL 25%", "close HK.00700" or "target US.AAPL -100", ' +
  'with "tp 310" and "sl 290" at the end if wanted'

/** The field that follows each word. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['@', 'price'],
  ['at', 'price'],
  ['tp', 'take_profit'],
  ['sl', 'stop_loss'],
  ['stop', 'stop_price'],
  ['id', 'id'],
  ['time', 'time'],
])

/**
 * A message of words: side, symbol, size, and then pairs of a word and a value. A size with a per cent sign is a part of
 * the position. The words become the fields of a plain body, so the same rules and problems apply.
 */
export function readSentence(text: string): Result<Alert> {
  const [side = '', symbol, ...rest] = text
    .trim()
    .replaceAll('@', ' @ ')
    .split(/\s+/, MAX_WORDS + 1)
  if (symbol === undefined || rest.length > MAX_WORDS) return misfit('body', FORM)
  const fields = new Map<string, string>([
    ['side', side.toLowerCase()],
    ['symbol', symbol],
  ])
  const [first] = rest
  if (first !== undefined && !NAMED.has(first.toLowerCase())) {
    rest.shift()
    fields.set(...sizeField(side.toLowerCase(), first))
  }
  while (rest.length > 0) {
    const [word = '', value] = rest.splice(0, 2)
    const field = NAMED.get(word.toLowerCase())
    if (field === undefined || value === undefined || fields.has(field)) return misfit('body', FORM)
    fields.set(field, value)
  }
  return readPlain(Object.fromEntries(fields))
}

function sizeField(side: string, size: string): [field: string, value: string] {
  if (side === 'target') return ['target_position', size]
  return size.endsWith('%') ? ['percent_of_position', size] : ['qty', size]
}
