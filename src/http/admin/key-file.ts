import { MAX_KEYS } from '../../base/memory-budget.ts'
import { jsonText } from '../../keys/key-text.ts'
import { FLAG, listOf, required, type FieldRule } from '../../wire/json/json-fields.ts'
import { isJsonObject, type JsonObject } from '../../wire/json/json-text.ts'
import { answerJson, answerJsonText } from '../answer.ts'
import type { Handler } from '../exchange.ts'
import { readPlainBody } from '../request/request-fields.ts'
import { runKeys } from './key-change.ts'
import { admitAdmin, answered } from './keys.ts'

const RECORD: FieldRule<JsonObject> = {
  expected: 'a record of a key',
  read: (value) => (isJsonObject(value) ? value : null),
}

/** A key file, with a flag beside it. The gateway object checks the records. */
const FILE = {
  version: required({ expected: '1', read: (value: unknown) => (value === 1 ? 1 : null) }),
  keys: required(listOf(RECORD, MAX_KEYS)),
  replace: FLAG,
}

/** `GET /api/admin/key-file`: the keys of the service in the form of futu-opend-rs's keys.json, with their hashes. */
export const exportKeys: Handler = async (exchange) => {
  const exported = await answered(exchange, { op: 'export' })
  return exported.ok ? answerJsonText(200, exported.value.file ?? '', exchange.requestId, {}) : exported
}

/** `POST /api/admin/key-file`: stores all records of a keys.json, or none if one of them cannot be stored. */
export const importKeys: Handler = async (exchange) => {
  const admitted = await admitAdmin(exchange)
  if (!admitted.ok) return admitted
  const file = await readPlainBody(exchange.request, FILE)
  if (!file.ok) return file
  const records = file.value.keys.map(jsonText)
  const command = { op: 'import', records, replaces: file.value.replace === true } as const
  const stored = await runKeys(exchange, admitted.value.caller, command)
  return stored.ok ? answerJson(200, { keys: stored.value.keys }, exchange.requestId) : stored
}
