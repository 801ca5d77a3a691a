import type { KeyAnswer, KeyCommand } from '../../keys/key-command.ts'
import { KEY_BYTES, newKey, type NewKey } from '../../auth/key-table.ts'
import { fail, succeed, type Result } from '../../base/result.ts'
import type { Caller } from '../../auth/caller.ts'
import { isJsonObject, type JsonObject } from '../../wire/json/json-text.ts'
import { readJsonBody } from '../request/body.ts'
import type { Exchange } from '../exchange.ts'

/**
 * Runs a command of the key service in the gateway object on behalf of a caller. Every change of a key through HTTP passes
 * here on its way, and `KeyServiceDeps.onChange` in the object.
 */
export async function runKeys(exchange: Exchange, caller: Caller, command: KeyCommand): Promise<Result<KeyAnswer>> {
  const { gateway, requestId } = exchange
  return gateway.keys(command, { caller: caller.id, requestId })
}

/** The fields of a body that are those of a record: the object checks them. Failures: every `request.*` about bodies. */
export async function readFieldsOf(exchange: Exchange, refused: readonly string[]): Promise<Result<JsonObject>> {
  const body = await readJsonBody(exchange.request)
  if (!body.ok) return body
  const { value } = body
  if (!isJsonObject(value)) return fail({ code: 'request.invalid_value', path: 'body', expected: 'a JSON object' })
  const wrong = refused.find((name) => Object.hasOwn(value, name))
  return wrong === undefined ? succeed(value) : fail({ code: 'request.unknown_field', path: wrong, nearest: null })
}

/** A new random key. Only its hash is sent to the gateway object. */
export function drawKey(): NewKey {
  return newKey(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))
}
