import type { JsonObject } from '../wire/json/json-text.ts'
import { succeed, type Result } from '../base/result.ts'
import type { KeyService } from './key-service.ts'
import type { KeyActor } from './key-store.ts'
import { fieldsOf } from './key-text.ts'
import type { KeyView } from './key-view.ts'

/**
 * A command to the key service. Plain data, because it is passed to the gateway object; records are JSON text, which
 * keeps large integers. A command may be repeated: the second time it changes nothing.
 */
export type KeyCommand =
  | { readonly op: 'list' | 'export' }
  | { readonly op: 'get' | 'revoke'; readonly id: string }
  | { readonly op: 'create'; readonly record: string }
  | { readonly op: 'change'; readonly id: string; readonly fields: string }
  | { readonly op: 'rotate'; readonly id: string; readonly hash: string; readonly overlapMs: number }
  | { readonly op: 'import'; readonly records: readonly string[]; readonly replaces: boolean }
  | {
      readonly op: 'mint'
      readonly parent: string
      readonly keyMark: string
      readonly fields: string
      readonly hash: string
    }
  | { readonly op: 'children'; readonly parent: string }
  | { readonly op: 'revoke_child'; readonly parent: string; readonly id: string }

/** The answer to a command: the keys that it is about, the ids of those that it deleted, or the text of a key file. */
export interface KeyAnswer {
  readonly keys: readonly KeyView[]
  readonly revoked: readonly string[]
  readonly file: string | null
}

/** Runs a command. Failures: those of the method of `KeyService`. */
export function runKeyCommand(service: KeyService, command: KeyCommand, by: KeyActor): Result<KeyAnswer> {
  switch (command.op) {
    case 'list':
      return withKeys(service.list())
    case 'export':
      return mapped(service.export(), (file) => ({ ...NOTHING, file }))
    case 'get':
      return withKey(service.get(command.id))
    case 'create':
      return withKey(service.create(fieldsOf(command.record), by))
    case 'change':
      return withKey(service.change(command.id, fieldsOf(command.fields), by))
    case 'rotate':
      return withKey(service.rotate(command.id, command.hash, command.overlapMs, by))
    case 'revoke':
      return withRevoked(service.revoke(command.id, by))
    case 'import':
      return withKeys(service.import(command.records.map(fieldsOf), command.replaces, by))
    case 'mint': {
      const fields: JsonObject = fieldsOf(command.fields)
      return withKey(service.mint(command.parent, command.keyMark, fields, command.hash, by))
    }
    case 'children':
      return withKeys(service.children(command.parent))
    case 'revoke_child':
      return withRevoked(service.revokeChild(command.parent, command.id, by))
  }
}

const NOTHING: KeyAnswer = { keys: [], revoked: [], file: null }

function withKeys(keys: Result<readonly KeyView[]>): Result<KeyAnswer> {
  return mapped(keys, (list) => ({ ...NOTHING, keys: list }))
}

function withKey(key: Result<KeyView>): Result<KeyAnswer> {
  return mapped(key, (one) => ({ ...NOTHING, keys: [one] }))
}

function withRevoked(ids: Result<readonly string[]>): Result<KeyAnswer> {
  return mapped(ids, (revoked) => ({ ...NOTHING, revoked }))
}

function mapped<From, To>(result: Result<From>, change: (value: From) => To): Result<To> {
  return result.ok ? succeed(change(result.value)) : result
}
