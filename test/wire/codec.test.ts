import '../../src/wire/full-schema.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeMessage, decodeToJson } from '../../src/wire/decode.ts'
import { encodeChecked } from '../../src/wire/encode.ts'
import { jsonNameOf } from '../../src/wire/schema-row.ts'
import type { WireMessage } from '../../src/wire/json/json-wire-value.ts'
import { allMessageNames, messageType } from '../../src/wire/schema.ts'
import type { MessageName } from '../../proto/messages.ts'
import { encodeByReflection, reflection } from './codec-reflection.ts'
import { sampleOf, type Sample } from './codec-samples.ts'

const RUNS_PER_MESSAGE = 4

test('every message of the schema is encoded byte for byte as protobufjs does, and both views decode it', () => {
  const names = allMessageNames()
  assert.equal(names.length, 986)
  for (const name of names) {
    const roundTrip = fc.property(sampleOf(name), (value) => {
      const bytes = encodeChecked(name, value as WireMessage)
      assert.equal(hex(bytes), hex(encodeByReflection(name, value)), name)
      const typed = decodeMessage(name as MessageName, bytes)
      assert.deepEqual(typed, { ok: true, value: withEmptyLists(name, value) })
      const json = decodeToJson(name, bytes)
      assert.ok(json.ok)
      assert.deepEqual(json.value, jsonByReflection(name, bytes))
      assert.equal(JSON.stringify(json.value), JSON.stringify(inFieldOrder(name, json.value)))
    })
    fc.assert(roundTrip, { numRuns: RUNS_PER_MESSAGE })
  }
})

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** What the decoder should give back: the sample with an array for every list, in field order. */
function withEmptyLists(name: string, value: Sample): Sample {
  const decoded: Record<string, unknown> = {}
  for (const field of messageType(name).fields) {
    const given = value[field.name]
    const one = (item: unknown) =>
      field.messageName === null ? item : withEmptyLists(field.messageName, item as Sample)
    if (field.rule === 'repeated') decoded[field.name] = ((given ?? []) as unknown[]).map(one)
    else if (given !== undefined) decoded[field.name] = one(given)
  }
  return decoded
}

/** The JSON view made from what protobufjs decodes, by names alone. */
function jsonByReflection(name: string, bytes: Uint8Array): unknown {
  const type = reflection.lookupType(name)
  return renamed(type.toObject(type.decode(bytes), { longs: String, bytes: String, arrays: true }))
}

function renamed(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  if (Array.isArray(value)) return value.map(renamed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [jsonNameOf(key), renamed(member)]))
}

function inFieldOrder(name: string, object: unknown): unknown {
  if (Array.isArray(object)) return object.map((item) => inFieldOrder(name, item))
  const given = object as Sample
  const ordered: Record<string, unknown> = {}
  for (const { jsonName, messageName } of messageType(name).fields) {
    if (!Object.hasOwn(given, jsonName)) continue
    ordered[jsonName] = messageName === null ? given[jsonName] : inFieldOrder(messageName, given[jsonName])
  }
  return ordered
}
