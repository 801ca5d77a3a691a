import {
  accountsOfCaller,
  type AllowedAccounts,
  callerNeedsAccounts,
  mayLockTrade,
} from '../accounts/allowed-accounts.ts'
import type { Caller } from '../auth/caller.ts'
import { fail, succeed, type Failed, type Result } from '../base/result.ts'
import type { ApiEndpoint } from '../endpoints.ts'
import type { JsonField, JsonMessage } from '../wire/decode.ts'
import { isWireMessage, type WireMessage, type WireValue } from '../wire/json/json-wire-value.ts'
import type { Admitted } from './authenticate.ts'
import type { Envelope } from './envelope.ts'
import type { Exchange } from './exchange.ts'

/**
 * The accounts that a caller may name on an endpoint; null for all. Reads the account list when a card must be
 * resolved.
 */
export async function accountsOf(
  exchange: Exchange,
  { caller }: Admitted,
  endpoint: Pick<ApiEndpoint, 'accounts'>,
): Promise<Result<AllowedAccounts>> {
  if (endpoint.accounts === undefined) return succeed(null)
  if (!callerNeedsAccounts(caller)) return succeed(accountsOfCaller(caller, []))
  const list = await exchange.gateway.accounts()
  return list.ok ? succeed(accountsOfCaller(caller, list.value)) : list
}

/**
 * The accounts of a caller. Where the account list cannot be read, only those that the key names by id: the caller gets
 * an answer while OpenD is down, too.
 */
export async function knownAccountsOf(exchange: Exchange, admitted: Admitted): Promise<AllowedAccounts> {
  const allowed = await accountsOf(exchange, admitted, { accounts: 'reply' })
  return allowed.ok ? allowed.value : accountsOfCaller(admitted.caller, [])
}

/** The refusal of a message that names an account that is not allowed; null when it names no such account. */
export function checkAccounts(
  endpoint: Pick<ApiEndpoint, 'accounts'>,
  c2s: WireMessage,
  allowed: AllowedAccounts,
): Failed | null {
  if (allowed === null) return null
  const refused = namedAccounts(endpoint, c2s).filter((accId) => typeof accId !== 'bigint' || !allowed.has(accId))
  if (refused.length === 0) return null
  return fail({ code: 'auth.account_not_allowed', accIds: refused.filter((accId) => accId !== null).map(String) })
}

/** The refusal of a call that locks trading, which stops all orders; null when the caller may make it. */
export function checkLock(
  { protocol }: Pick<ApiEndpoint, 'protocol'>,
  c2s: WireMessage,
  caller: Caller,
): Failed | null {
  if (protocol !== 'Trd_UnlockTrade' || c2s['unlock'] !== false || mayLockTrade(caller)) return null
  return fail({ code: 'auth.insufficient_scope', scopes: ['trade:unlock'] })
}

/** The account ids that a message names. An entry is null where the message lacks a required id. */
export function namedAccounts(
  { accounts }: Pick<ApiEndpoint, 'accounts'>,
  c2s: WireMessage,
): readonly (WireValue | null)[] {
  const { header, accIDList } = c2s
  if (accounts === 'header') return [isWireMessage(header) ? (header['accID'] ?? null) : null]
  if (accounts === 'list') return Array.isArray(accIDList) ? accIDList : []
  return []
}

/** An account list without the accounts that the caller may not see. */
export function filterAccounts(envelope: Envelope, allowed: AllowedAccounts): Envelope {
  if (allowed === null || envelope.s2c === null) return envelope
  const { acc_list } = envelope.s2c
  const visible = isList(acc_list) ? acc_list.filter((account) => isVisible(account, allowed)) : []
  return { ...envelope, s2c: { ...envelope.s2c, acc_list: visible } }
}

function isVisible(account: JsonField, allowed: ReadonlySet<bigint>): boolean {
  // 64-bit integers are decimal strings in JSON.
  const accId = isObject(account) ? account['acc_id'] : undefined
  return typeof accId === 'string' && allowed.has(BigInt(accId))
}

function isList(value: JsonField | undefined): value is readonly JsonField[] {
  return Array.isArray(value)
}

function isObject(value: JsonField): value is JsonMessage {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
