/** A fault of one call. "Executes" means that OpenD executes the request. Times are milliseconds of the session clock. */
export type Fault =
  /** Executes at once and sends the reply later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /**
   * Executes `ms` after the call and replies then. Executes an order even if its connection has closed by then, because
   * OpenD has passed it on; the rules of OpenD itself are checked at the time of the call.
   */
  | { readonly kind: 'late'; readonly ms: number }
  /** The same without a reply. */
  | { readonly kind: 'late-drop-reply'; readonly ms: number }
  /** Ignores the request and does not reply. */
  | { readonly kind: 'drop-request' }
  /** Executes without a reply; the connection stays open. */
  | { readonly kind: 'drop-reply' }
  /** Closes the connection without executing. */
  | { readonly kind: 'cut-before' }
  /** Executes, then closes the connection without a reply. */
  | { readonly kind: 'cut-after' }
  /** Executes, replies, then closes the connection. */
  | { readonly kind: 'cut-after-reply' }
  /** Executes, sends the first half of the reply's frame, then closes the connection. */
  | { readonly kind: 'half-frame' }
  /** Executes and sends an invalid frame instead of the reply. */
  | { readonly kind: 'garbage' }
  /** Executes and sends the reply with a wrong SHA-1. No effect on the WebSocket port, whose frames have no SHA-1. */
  | { readonly kind: 'wrong-sha1' }
  /** Executes and sends the reply byte by byte; on the WebSocket port, as one message at the time of the last byte. */
  | { readonly kind: 'trickle'; readonly everyMs: number }
  /** The account logged in elsewhere: OpenD logs out, sends a notice, and refuses calls from this one on. */
  | { readonly kind: 'kick-login' }
  /** OpenD loses its servers: this and the following quote and trade calls get ret_type -200. */
  | { readonly kind: 'lose-login' }
  /** Ends a kicked or lost login; this call already succeeds. */
  | { readonly kind: 'restore-login' }
  /** Refuses the call as if the subscription quota were exhausted. */
  | { readonly kind: 'quota-exhausted' }
  /** Refuses the call as if it exceeded its rate limit. */
  | { readonly kind: 'rate-exceeded' }
  /** From this call on the connection accepts requests and does not reply. */
  | { readonly kind: 'mute' }
  /** OpenD restarts: ignores this request and cuts every connection. Accounts and quota stay. */
  | { readonly kind: 'restart' }

/** A fault and the call to which it applies. */
export interface FaultRule {
  /** Protocol id of the call (1 is InitWebSocket), or any. */
  readonly id: number | 'any'
  /** Counted over all connections since the rule was set; the first call is 1. */
  readonly nth: number | 'every'
  readonly fault: Fault
}

/** The rules of a script, or its first error. */
export type ParsedScript =
  | { readonly ok: true; readonly rules: readonly FaultRule[] }
  | { readonly ok: false; readonly problem: string }

/** A longer script is probably a mistake. */
const MAX_RULES = 1000

/** The longest delay: one day. */
const MAX_MS = 86_400_000

/** Faults with a time, and the name of that member. */
const TIMED = { delay: 'ms', late: 'ms', 'late-drop-reply': 'ms', trickle: 'everyMs' } as const

const TIMED_KINDS = ['delay', 'late', 'late-drop-reply', 'trickle'] as const satisfies readonly (keyof typeof TIMED)[]

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
 * Reads a script: a JSON array of rules such as `{"id": 2202, "nth": 1, "do": "cut-after"}`. Without `id` a rule
 * applies to any call, without `nth` to every occurrence. `trickle` takes `everyMs`, the
 * other faults with a time take `ms`. Anything else is refused: with a misspelt fault that never applies, a test would prove nothing.
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

/** A rule, or the error in it. */
function parseRule(json: unknown): FaultRule | string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'not an object'
  const { id = 'any', nth = 'every', do: kind, ...rest } = json as Readonly<Record<string, unknown>>
  if (id !== 'any' && !isWhole(id, 0, 0xffff_ffff)) return `"id" must be a protocol id or "any"`
  if (nth !== 'every' && !isWhole(nth, 1, Number.MAX_SAFE_INTEGER))
    return `"nth" must be a whole number from 1 or "every"`
  const fault = parseFault(kind, rest)
  return typeof fault === 'string' ? fault : { id, nth, fault }
}

function parseFault(kind: unknown, members: Readonly<Record<string, unknown>>): Fault | string {
  const timed = TIMED_KINDS.find((name) => name === kind)
  const member = timed === undefined ? null : TIMED[timed]
  const stranger = Object.keys(members).find((name) => name !== member)
  if (stranger !== undefined) return `unknown member "${stranger}"`
  if (timed !== undefined) {
    const ms = members[TIMED[timed]]
    if (!isWhole(ms, 1, MAX_MS))
      return `"${timed}" needs "${TIMED[timed]}", a number of milliseconds from 1 to ${MAX_MS}`
    return timed === 'trickle' ? { kind: timed, everyMs: ms } : { kind: timed, ms }
  }
  const known = PLAIN.find((name) => name === kind)
  if (known !== undefined) return { kind: known }
  return `"do" must be one of ${[...TIMED_KINDS, ...PLAIN].join(', ')}`
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}
