import type { CommandForm, CommandLine } from '../command-line.ts'

/** The options of `npm run keys` that are fields of a record: how their text becomes the value of the field. */
const FIELDS = {
  scopes: { field: 'scopes', kind: 'list', takes: 'LIST', about: 'scopes, such as qot:read,trade:simulate' },
  accounts: { field: 'allowed_acc_ids', kind: 'list', takes: 'LIST', about: 'account ids that the key may use' },
  cards: { field: 'allowed_card_nums', kind: 'list', takes: 'LIST', about: 'accounts by card number or last 4 digits' },
  markets: { field: 'allowed_markets', kind: 'list', takes: 'LIST', about: 'markets that it may trade: HK,US' },
  symbols: { field: 'allowed_symbols', kind: 'list', takes: 'LIST', about: 'securities that it may trade: HK.00700' },
  sides: { field: 'allowed_trd_sides', kind: 'list', takes: 'LIST', about: 'BUY, SELL, SELL_SHORT, BUY_BACK' },
  hours: { field: 'hours_window', kind: 'text', takes: 'HH:MM-HH:MM', about: 'hours in which it may trade' },
  'time-zone': {
    field: 'time_zone',
    kind: 'text',
    takes: 'NAME',
    about: 'zone of the hours and the day; UTC by default',
  },
  'max-orders-per-minute': { field: 'max_orders_per_minute', kind: 'number', takes: 'N', about: 'orders in any 60 s' },
  'max-order-value': {
    field: 'max_order_value',
    kind: 'value',
    takes: 'CAP',
    about: 'value of one order: 50000, or HKD=50000,USD=5000',
  },
  'max-daily-value': { field: 'max_daily_value', kind: 'value', takes: 'CAP', about: 'value of the orders of a day' },
  'price-band': {
    field: 'market_price_band',
    kind: 'number',
    takes: 'PERCENT',
    about: 'band above the last price for orders without a price',
  },
  'subscription-quota': {
    field: 'subscription_quota',
    kind: 'number',
    takes: 'N',
    about: 'units that it may subscribe',
  },
  cidrs: { field: 'allowed_cidrs', kind: 'list', takes: 'LIST', about: 'client addresses: 203.0.113.0/24' },
  'not-before': { field: 'not_before', kind: 'text', takes: 'TIME', about: 'RFC 3339 time before which it is refused' },
  'expires-at': { field: 'expires_at', kind: 'text', takes: 'TIME', about: 'RFC 3339 time after which it is refused' },
  note: { field: 'note', kind: 'text', takes: 'TEXT', about: 'a note for people' },
} as const

type FieldOption = keyof typeof FIELDS

/** The names of the options. */
export type KeysOption = FieldOption | 'id' | 'unset' | 'overlap' | 'replace' | 'edge' | 'token'

/** The command line of `npm run keys`. */
export const KEYS_FORM: CommandForm<KeysOption> = {
  command: 'npm run keys --',
  about: 'Makes, changes and revokes the keys of a gateway while it runs.',
  operands: { name: 'COMMAND [ID or FILE]', about: 'see below' },
  options: {
    id: { takes: 'ID', about: 'name of the key, for create and hash' },
    ...FIELDS,
    unset: { takes: 'FIELD', about: 'removes a field of the record, for set; may be given several times' },
    overlap: { takes: 'SECONDS', about: 'how long the old secret stays valid, for rotate; 0 by default' },
    replace: { about: 'replaces keys whose ids exist, for import' },
    edge: { takes: 'URL', about: 'address of the gateway; by default that of npm start on this machine' },
    token: { takes: 'KEY', about: 'a key with the scope admin; by default OPEND_EDGE_TOKEN, or the key of npm start' },
  },
  more: [
    'Commands:',
    '',
    '  create            makes a key and prints its record; the key itself is in it, and shown only this once',
    '  list              prints all keys',
    '  show ID           prints one key',
    '  set ID            changes the fields that are given as options',
    '  rotate ID         gives the key a new secret, and prints it',
    '  revoke ID         deletes the key and its child tokens, at once',
    '  import FILE       stores the keys of a keys.json',
    '  export            prints the keys as a keys.json',
    '  hash              reads a key from standard input and prints its record for a keys.json; needs no gateway',
  ].join('\n'),
}

/** The fields of a record in a command line, or a sentence about the first invalid one. */
export function fieldsIn(
  line: CommandLine<KeysOption>,
):
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string } {
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(FIELDS) as readonly FieldOption[]) {
    const text = line.text(name)
    if (text === undefined) continue
    const value = valueOf(FIELDS[name].kind, text)
    if (value === null) return { ok: false, problem: `--${name} ${text} is not valid: give ${FIELDS[name].about}.` }
    fields[FIELDS[name].field] = value
  }
  for (const field of line.texts('unset')) fields[field] = null
  return { ok: true, fields }
}

/** The gateway checks the values; null for a text that cannot be one. */
function valueOf(kind: (typeof FIELDS)[FieldOption]['kind'], text: string): unknown {
  if (kind === 'text') return text
  if (kind === 'number') return numberOf(text)
  const parts = text.split(',').map((part) => part.trim())
  if (kind === 'list') return parts.filter((part) => part !== '')
  if (!text.includes('=')) return numberOf(text)
  const caps = parts.map((part) => {
    const [currency = '', amount = ''] = part.split('=')
    return [currency, numberOf(amount)] as const
  })
  return caps.every(([currency, amount]) => currency !== '' && amount !== null) ? Object.fromEntries(caps) : null
}

function numberOf(text: string): number | null {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null
}
