import type { HaltReport } from '../../orders/kill-switch/kill-switch.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import { SWITCHERS } from '../../endpoints.ts'
import { TRADERS } from '../../endpoints/endpoint-row.ts'
import { haltsWithin, isHalted } from '../../orders/kill-switch/switch-report.ts'
import { maySwitch } from '../../orders/kill-switch/halt-scope.ts'
import type { HaltScope } from '../../orders/kill-switch/switches.ts'
import { answerJson } from '../answer.ts'
import { runKeys } from '../admin/key-change.ts'
import { actorOf, admit, type Admitted } from '../authenticate.ts'
import { checkQuery } from '../request/body.ts'
import type { Exchange, Handler } from '../exchange.ts'
import {
  ACCOUNT_ID,
  type FieldRules as PlainFields,
  type FieldValues as PlainValues,
  FLAG,
  oneOf,
  textLike,
} from '../../wire/json/json-fields.ts'
import { readPlainBody } from '../request/request-fields.ts'
import { haltView, ownScopes, scopeView, switchedBy, visibleSwitches } from './trading-halts.ts'

const SCOPE_FIELDS = {
  scope: oneOf(['key', 'account', 'all']),
  key: textLike(/^.{1,300}$/u, 'the id of a key, or a caller as in order intents (key:bot, jwt:alice)'),
  acc_id: ACCOUNT_ID,
}
const HALT_FIELDS = { ...SCOPE_FIELDS, cancel_open_orders: FLAG, include_foreign: FLAG }

/**
 * `POST /api/trading/halt`: refuses new orders and changes from now on; cancels and reads are not affected. The default
 * scope is the caller's own key; another key, an account or everything needs the scope `admin`. Can also cancel the
 * open orders.
 */
export const halt: Handler = async (exchange) => {
  const given = await readSwitch(exchange, HALT_FIELDS)
  if (!given.ok) return given
  const { admitted, body, scope } = given.value
  const foreign = includesForeign(given.value)
  if (!foreign.ok) return foreign
  const halted = await exchange.gateway.haltTrading({
    scope,
    includesForeign: foreign.value,
    isByAdmin: switchedBy(admitted).isAdmin,
    cancelsOpenOrders: body.cancel_open_orders === true,
    caller: admitted.caller.id,
    requestId: exchange.requestId,
  })
  if (!halted.ok) return halted
  const { isStored, isCancelling, cancels } = halted.value
  const progress = { stored: isStored, cancelling: isCancelling, cancels: cancels.map(cancelView) }
  const answer = { halted: true, ...scopeView(scope), ...progress }
  return answerJson(200, answer, exchange.requestId)
}

/**
 * Whether orders that were not placed through this gateway are cancelled, too. They belong to no key, so this needs an
 * administrator, and a scope that is not a single key.
 */
function includesForeign({ admitted, body, scope }: Switch<typeof HALT_FIELDS>): Result<boolean> {
  if (body.include_foreign !== true) return succeed(false)
  if (!admitted.caller.scopes.has('admin')) return fail({ code: 'auth.insufficient_scope', scopes: ['admin'] })
  if (scope.kind === 'caller') return invalid('include_foreign', 'this field only with "scope": "account" or "all"')
  if (body.cancel_open_orders === true) return succeed(true)
  return invalid('include_foreign', 'this field only with "cancel_open_orders": true')
}

/**
 * `POST /api/trading/resume`: ends the halt of exactly that scope. Other halts of a part of the scope, or of all of it,
 * stay in force, and the answer lists them. Only an administrator can end the halt of an administrator.
 */
export const resume: Handler = async (exchange) => {
  const given = await readSwitch(exchange, SCOPE_FIELDS, false)
  if (!given.ok) return given
  const { admitted, scope } = given.value
  const isEnded = await exchange.gateway.resumeTrading(scope, switchedBy(admitted), exchange.requestId)
  if (!isEnded) return fail({ code: 'auth.insufficient_scope', scopes: ['admin'] })
  const { halts } = await visibleSwitches(exchange, admitted)
  // A child token whose parent is halted still cannot trade.
  const isOwn = scope.kind === 'caller' && scope.caller === admitted.caller.id
  const scopes = isOwn ? ownScopes(admitted) : [scope]
  const left = halts.filter((other) => scopes.some((one) => haltsWithin([other], one).length > 0))
  const answer = { halted: scopes.some((one) => isHalted(left, one)), ...scopeView(scope), halts: left.map(haltView) }
  return answerJson(200, answer, exchange.requestId)
}

/** Below 5 s, one slow renewal cancels the orders. Over a day, the switch protects nothing. */
const MIN_SECONDS = 5
const MAX_SECONDS = 86_400

const CANCEL_AFTER_FIELDS = {
  seconds: {
    expected: `a whole number from ${MIN_SECONDS} to ${MAX_SECONDS}, or 0 or null to switch it off`,
    read: (value: unknown): number | null => {
      if (typeof value !== 'number' || !Number.isInteger(value)) return null
      return value === 0 || (value >= MIN_SECONDS && value <= MAX_SECONDS) ? value : null
    },
  },
}

/**
 * `POST /api/trading/cancel-after`: cancels the caller's open orders when that time has passed without another such
 * call. Each call restarts the time; 0 or null switches it off. Once the time has passed, cancelling continues until no
 * earlier order is open, and the cancel-after cannot be set before that.
 */
export const cancelAfter: Handler = async (exchange) => {
  const admitted = await admit(exchange, TRADERS)
  if (!admitted.ok) return admitted
  const query = checkQuery(exchange.request)
  if (!query.ok) return query
  const body = await readPlainBody(exchange.request, CANCEL_AFTER_FIELDS, ['seconds'])
  if (!body.ok) return body
  const seconds = body.value.seconds === 0 ? null : body.value.seconds
  const result = await exchange.gateway.cancelAfter(actorOf(exchange, admitted.value), seconds)
  if (!result.ok) return result
  const { fireAtMs, isStored } = result.value
  const firesAt = fireAtMs === null ? null : new Date(fireAtMs).toISOString()
  const answer = { armed: fireAtMs !== null, stored: isStored, fires_at: firesAt, fires_at_ms: fireAtMs }
  return answerJson(200, answer, exchange.requestId)
}

interface Switch<Fields extends PlainFields> {
  readonly admitted: Admitted
  readonly body: PlainValues<Fields>
  readonly scope: HaltScope
}

async function readSwitch<Fields extends typeof SCOPE_FIELDS>(
  exchange: Exchange,
  fields: Fields,
  isHalt = true,
): Promise<Result<Switch<Fields>>> {
  const admitted = await admit(exchange, SWITCHERS)
  if (!admitted.ok) return admitted
  const query = checkQuery(exchange.request)
  if (!query.ok) return query
  const body = await readPlainBody(exchange.request, fields)
  if (!body.ok) return body
  const { scope: kind, key, acc_id: accId } = body.value as PlainValues<typeof SCOPE_FIELDS>
  const scope = await scopeOf(exchange, admitted.value, kind ?? 'key', key, accId, isHalt)
  if (!scope.ok) return scope
  if (!maySwitch(switchedBy(admitted.value), scope.value)) {
    return fail({ code: 'auth.insufficient_scope', scopes: ['admin'] })
  }
  return succeed({ admitted: admitted.value, body: body.value, scope: scope.value })
}

/**
 * The scope of a halt. A `key` or `acc_id` that does not belong to the scope is refused, because it would be ignored.
 */
async function scopeOf(
  exchange: Exchange,
  admitted: Admitted,
  kind: 'key' | 'account' | 'all',
  key: string | null,
  accId: string | null,
  isHalt: boolean,
): Promise<Result<HaltScope>> {
  if (key !== null && kind !== 'key') return misplaced('key', 'key')
  if (accId !== null && kind !== 'account') return misplaced('acc_id', 'account')
  if (kind === 'all') return succeed({ kind: 'all' })
  if (kind === 'key')
    return key === null
      ? succeed({ kind: 'caller', caller: admitted.caller.id })
      : named(exchange, admitted, key, isHalt)
  if (accId !== null) return succeed({ kind: 'account', accId })
  return fail({ code: 'request.missing_field', path: 'acc_id', expected: ACCOUNT_ID.expected })
}

function misplaced(path: string, scope: string): Result<never> {
  return invalid(path, `this field only with "scope": "${scope}"`)
}

function invalid(path: string, expected: string): Result<never> {
  return fail({ code: 'request.invalid_value', path, expected })
}

/**
 * The caller with this name. A key that is halted must exist, because the halt of a misspelt key would seem to work; the
 * halt of a key that was removed since can be ended. Subjects of JWTs are not checked, because only their issuer has a
 * list of them.
 */
async function named(
  exchange: Exchange,
  { caller, deployment }: Admitted,
  name: string,
  isHalt: boolean,
): Promise<Result<HaltScope>> {
  if (name.startsWith('jwt:')) return succeed({ kind: 'caller', caller: name })
  const key = deployment.config.keys.find(({ id }) => id === name || `key:${id}` === name)
  if (key !== undefined) return succeed({ kind: 'caller', caller: `key:${key.id}` })
  const id = name.replace(/^key:/, '')
  if (caller.id === `key:${id}`) return succeed({ kind: 'caller', caller: caller.id })
  // Only administrators may find out whether a key exists.
  if (!caller.scopes.has('admin')) return fail({ code: 'auth.insufficient_scope', scopes: ['admin'] })
  const isKnown = !isHalt || (await runKeys(exchange, caller, { op: 'get', id })).ok
  if (isKnown) return succeed({ kind: 'caller', caller: `key:${id}` })
  return fail({ code: 'request.invalid_value', path: 'key', expected: 'the id of a key, or jwt:<subject>' })
}

function cancelView(result: HaltReport['cancels'][number]): object {
  const { accId, orderId, orderIdEx, code, outcome, detail, isPending } = result
  return { acc_id: accId, order_id: orderId, order_id_ex: orderIdEx, code, outcome, detail, pending: isPending }
}
