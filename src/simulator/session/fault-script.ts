/** What goes wrong with one call. Times are milliseconds of the session clock. */
export type Fault =
  /** Acts at once; the reply comes later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request is lost: nothing is done, nothing is answered. */
  | { readonly kind: 'drop-request' }
  /** Acts; the reply is lost and the connection stays. */
  | { readonly kind: 'drop-reply' }
  /** Closes the connection and does not act. */
  | { readonly kind: 'cut-before' }
  /** Acts, then closes the connection without a reply. */
  | { readonly kind: 'cut-after' }
  /** Acts, replies, then closes the connection. */
  | { readonly kind: 'cut-after-reply' }
  /** Acts, sends the first half of the reply's frame, then closes the connection. */
  | { readonly kind: 'half-frame' }
  /** Acts; bytes that are no frame come in place of the reply. */
  | { readonly kind: 'garbage' }
  /** Acts; the reply's SHA-1 is not that of its body. Without effect on the WebSocket port, which has none. */
  | { readonly kind: 'wrong-sha1' }
  /** Acts; the reply comes byte by byte. A WebSocket message cannot: there it comes when the last byte would. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** The account was logged in elsewhere: OpenD is logged out and says so; this call is already refused. */
  | { readonly kind: 'kick-login' }
  /** OpenD lost its servers: this and the following quote and trade calls get ret_type -200. */
  | { readonly kind: 'lose-login' }
  /** Ends a kicked or lost login; this call already succeeds. */
  | { readonly kind: 'restore-login' }
  /** Refused as if the subscription quota were used up. */
  | { readonly kind: 'quota-exhausted' }
  /** Refused as if the call came too often. */
  | { readonly kind: 'rate-exceeded' }
  /** From this call on the connection accepts everything and answers nothing. */
  | { readonly kind: 'mute' }
  /** OpenD restarts: this request is lost, every connection is cut, accounts and quota are kept. */
  | { readonly kind: 'restart' }

/** When a fault strikes. */
export interface FaultRule {
  /** Protocol id of the call (1 is InitWebSocket), or any. */
  readonly id: number | 'any'
  /** Counted over all connections from the moment the rule was set; the first call is 1. */
  readonly nth: number | 'every'
  readonly fault: Fault
}

/** The rules of a script, or the first thing that is wrong with it. */
export type ParsedScript =
  | { readonly ok: true; readonly rules: readonly FaultRule[] }
  | { readonly ok: false; readonly problem: string }

/** A script longer than this is a mistake, not a scenario. */
const MAX_RULES = 1000

/** Delays longer than a day cannot be waited for. */
const MAX_MS = 86_400_000

/** Faults that carry a time, by the name of its member. */
const TIMED = { delay: 'ms', trickle: 'everyMs' } as const

const PLAIN = [
  'drop-request',
  'drop-reply',
  'cut-before',
  'cut-after',
  'cut-after-reply',
  'half-frame',
  'garbage',
  'wrong-sha1',
  'kick-login',
  'lose-login',
  'restore-login',
  'quota-exhausted',
  'rate-exceeded',
  'mute',
  'restart',
] as const

/**
 * Reads a script: a JSON array of rules such as `{"id": 2202, "nth": 1, "do": "cut-after"}`. `id` and `nth` may be left
 * out and then mean any call and every one. `delay` takes `ms`, `trickle` takes `everyMs`. Everything else is refused,
 * because a misspelt fault that never strikes makes a test prove nothing.
 */
export function parseFaultScript(text: string): ParsedScript {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { ok: false, problem: 'the script is not JSON' }
  }
  if (!Array.isArray(json)) return { ok: false, problem: 'the script is not an array of rules' }
  if (json.length > MAX_RULES) return { ok: false, problem: `the script has more than ${MAX_RULES} rules` }
  const rules: FaultRule[] = []
  for (const [index, one] of json.entries()) {
    const rule = parseRule(one)
    if (typeof rule === 'string') return { ok: false, problem: `rule ${index}: ${rule}` }
    rules.push(rule)
  }
  return { ok: true, rules }
}

/** A rule, or what is wrong with it. */
function parseRule(json: unknown): FaultRule | string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'not an object'
  const { id = 'any', nth = 'every', do: kind, ...rest } = json as Readonly<Record<string, unknown>>
  if (id !== 'any' && !isWhole(id, 0, 0xffff_ffff)) return `id is neither a protocol id nor "any"`
  if (nth !== 'every' && !isWhole(nth, 1, Number.MAX_SAFE_INTEGER)) return `nth is neither a count from 1 nor "every"`
  const fault = parseFault(kind, rest)
  return typeof fault === 'string' ? fault : { id, nth, fault }
}

function parseFault(kind: unknown, members: Readonly<Record<string, unknown>>): Fault | string {
  const timed = kind === 'delay' || kind === 'trickle' ? TIMED[kind] : null
  const stranger = Object.keys(members).find((name) => name !== timed)
  if (stranger !== undefined) return `unknown member "${stranger}"`
  if (kind === 'delay' || kind === 'trickle') {
    const ms = members[TIMED[kind]]
    if (!isWhole(ms, 1, MAX_MS)) return `"${kind}" needs "${TIMED[kind]}", a number of milliseconds from 1 to ${MAX_MS}`
    return kind === 'delay' ? { kind, ms } : { kind, everyMs: ms }
  }
  const known = PLAIN.find((name) => name === kind)
  if (known !== undefined) return { kind: known }
  return `"do" must be one of ${[...Object.keys(TIMED), ...PLAIN].join(', ')}`
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}
