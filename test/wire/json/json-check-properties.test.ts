import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { MessageName } from '../../../proto/messages.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import { checkBody } from '../../../src/wire/json/json-check.ts'
import { isJsonArray, isJsonObject, parseJsonText, type JsonValue } from '../../../src/wire/json/json-text.ts'
import { anyChoices, anyMessage, chooseFrom, REQUESTS, spellBody } from './json-spelling.ts'

function parse(text: string): JsonValue {
  const parsed = parseJsonText(text)
  if (!parsed.ok) assert.fail(`${JSON.stringify(parsed.failure)} in ${text}`)
  return parsed.value
}

const anyRequest = fc
  .constantFrom(...REQUESTS)
  .chain((messageName) => fc.tuple(fc.constant(messageName), anyMessage(messageName), anyChoices))

test('a message written in any accepted way is read as that very message', () => {
  fc.assert(
    fc.property(anyRequest, ([messageName, message, choices]) => {
      const text = spellBody(messageName, message, chooseFrom(choices))
      const checked = checkBody(messageName, parse(text))
      if (!checked.ok) assert.fail(`${JSON.stringify(checked.failure)} in ${text}`)
      assert.deepEqual(checked.value, message)
    }),
    { numRuns: 2000 },
  )
})

/** A change at some place of a JSON tree; `place` picks among the places in order. */
interface Change {
  readonly place: number
  readonly kind: 'replace' | 'rename' | 'add' | 'drop'
  readonly name: string
  readonly value: JsonValue
}

const anyChange: fc.Arbitrary<Change> = fc.record({
  place: fc.nat(1000),
  kind: fc.constantFrom('replace', 'rename', 'add', 'drop'),
  name: fc.oneof(
    fc.constantFrom('c2s', 'header', 'acc_id', 'accID', 'trd_env', 'trdMarket', 'symbol', 'symbols', 'market', 'qty'),
    fc.constantFrom('__proto__', 'constructor', 'toString', '', 'a.b', '[0]', '"'),
    fc.string({ maxLength: 8 }),
  ),
  value: fc.oneof(
    fc.jsonValue({ maxDepth: 2 }).map((value) => value as JsonValue),
    fc.bigInt(),
    fc.constantFrom<JsonValue>('HK.00700', 'HK.', '1', '', 2, -1, 1.5, 1e300, Infinity, null, '9'.repeat(30)),
  ),
})

/** The tree with one change made: to the value or member whose turn `place` is. */
function changed(tree: JsonValue, change: Change): JsonValue {
  let turn = change.place % countPlaces(tree)
  const visit = (value: JsonValue): JsonValue => {
    const isHere = turn-- === 0
    if (isHere && (change.kind === 'replace' || typeof value !== 'object')) return change.value
    if (isJsonArray(value)) {
      const list = value.map(visit)
      return isHere ? [...list, change.value] : list
    }
    if (!isJsonObject(value)) return value
    const members = Object.entries(value).map(([name, member]): [string, JsonValue] => [name, visit(member)])
    const [first, ...others] = members
    if (isHere && change.kind === 'rename' && first !== undefined) members[0] = [change.name, first[1]]
    if (isHere && change.kind === 'add') members.push([change.name, change.value])
    return Object.fromEntries(isHere && change.kind === 'drop' ? others : members)
  }
  return visit(tree)
}

function countPlaces(value: JsonValue): number {
  if (!isJsonArray(value) && !isJsonObject(value)) return 1
  return Object.values(value).reduce((sum: number, member: JsonValue) => sum + countPlaces(member), 1)
}

const SEGMENT = /^(?:\.?([A-Za-z_]\w*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\])/

/** Follows a failure's path. Undefined when it leads nowhere; for `parent` the last step is not taken. */
function follow(body: JsonValue, path: string, parent: boolean): JsonValue | undefined {
  let value: JsonValue | undefined = body
  let rest = path
  while (rest !== '') {
    const [step, plain, index, quoted] = SEGMENT.exec(rest) ?? assert.fail(`not a path: ${path}`)
    rest = rest.slice(step.length)
    if (parent && rest === '') return value
    const name: unknown = plain ?? index ?? JSON.parse(quoted ?? '""')
    const members: ReadonlyMap<string, JsonValue> = new Map(
      value !== null && typeof value === 'object' ? Object.entries(value) : [],
    )
    value = members.get(String(name))
    if (value === undefined) return undefined
  }
  return value
}

test('a body changed at random is refused with a path that leads somewhere, or is a message that encodes', () => {
  let accepted = 0
  let refused = 0
  fc.assert(
    fc.property(
      anyRequest,
      fc.array(anyChange, { minLength: 1, maxLength: 3 }),
      ([name, message, choices], changes) => {
        const body = changes.reduce(changed, parse(spellBody(name, message, chooseFrom(choices))))
        const checked = checkBody(name, body)
        if (checked.ok) {
          accepted++
          // Every request name is in the schema, and the check promises the encoder's value.
          encodeMessage(name as MessageName, checked.value)
          return
        }
        refused++
        const { failure } = checked
        if (failure.code === 'request.missing_field') {
          const object = follow(body, failure.path, true)
          assert.ok(object !== undefined && isJsonObject(object), failure.path)
          assert.equal(follow(body, failure.path, false) ?? null, null)
        } else {
          assert.ok(failure.code === 'request.unknown_field' || failure.code === 'request.invalid_value')
          if (failure.path === 'body') assert.ok(!isJsonObject(body))
          else assert.notEqual(follow(body, failure.path, false), undefined, failure.path)
        }
      },
    ),
    { numRuns: 3000 },
  )
  assert.ok(accepted > 100 && refused > 1000, `${accepted} accepted, ${refused} refused`)
})

test('the check never changes the body it reads', () => {
  fc.assert(
    fc.property(anyRequest, ([name, message, choices]) => {
      const text = spellBody(name, message, chooseFrom(choices))
      const body = parse(text)
      checkBody(name, body)
      assert.deepEqual(body, parse(text))
    }),
    { numRuns: 200 },
  )
})
