import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { STORED_KEYS, MIGRATIONS } from '../../durable-objects/storage/schema.ts'
import { GtwEventType, ModifyOrderOp, NotifyType, OrderStatus } from '../../proto/enums.ts'
import { KEY_RULES } from '../../src/auth/key-record.ts'
import { RESTRICTION_RULES } from '../../src/auth/restrictions.ts'
import { SCOPES } from '../../src/auth/scope.ts'
import { OPEND_FORM } from '../../src/cli/opend/options.ts'
import { statusBody } from '../../src/http/admin/status-body.ts'
import { GATES } from '../../src/limits/gate.ts'
import { ENTRY_STATES } from '../../src/orders/entry.ts'
import { readClientMessage } from '../../src/pushes/messages/client-message.ts'
import { parseFaultScript } from '../../src/simulator/session/fault-script.ts'
import { DEFAULT_ACCOUNTS } from '../../src/simulator/trading/account-profiles.ts'
import { READY } from '../http/sample-answers.ts'
import { namesIn, tableIn, textOf } from './pages.ts'

/** The tables of the pages name what the code has, and all of it. */

const ORDERS = 'src/docs/orders.md'
const OPERATIONS = 'src/docs/operations.md'
const SIMULATOR = 'src/docs/simulator.md'

/** Every text that a pattern finds in a file of the repository, in order. */
function foundIn(path: string, pattern: RegExp): readonly string[] {
  const found = [...textOf(path).matchAll(pattern)].map(([, name = '']) => name)
  assert.ok(found.length > 0, `${path} has nothing like ${pattern}`)
  return found
}

test('the table of variables has every variable', () => {
  const variable = /^ {2}readonly ([A-Z_]+)\?: string/gm
  const files = ['src/env.ts', 'src/auth/jwt-settings.ts', 'src/transport/link-variables.ts']
  const inCode = files.flatMap((path) => foundIn(path, variable))
  assert.deepEqual(namesIn(OPERATIONS, 'variables').toSorted(), inCode.toSorted())
})

test('the table of metrics has every metric', () => {
  assert.deepEqual(
    namesIn(OPERATIONS, 'metrics'),
    foundIn('src/http/operations/metrics-page.ts', /^ {2}((?:futu|opend_edge)_\w+):/gm),
  )
})

test('the table of the status has every member, in its order', () => {
  const members = Object.entries(statusBody(READY)).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((inner) => `${name}.${inner}`)
      : [name],
  )
  assert.deepEqual(namesIn(OPERATIONS, 'status'), members)
})

test('the table of notices has names of OpenD', () => {
  const rows = tableIn(OPERATIONS, 'notices')
  const named = (cell: string): readonly string[] => [...cell.matchAll(/`([A-Z]\w+)`/g)].map(([, name = '']) => name)
  for (const type of rows.flatMap(([first = '']) => named(first))) assert.ok(type in NotifyType, type)
  const events = rows.filter(([first]) => first === '`GtwEvent`').flatMap(([, second = '']) => named(second))
  assert.ok(events.length > 5)
  for (const event of events) assert.ok(event in GtwEventType, event)
})

test('the table of the storage has every table and key', () => {
  const statements = MIGRATIONS.flat().join('\n')
  const namesOf = (pattern: RegExp): readonly string[] => [...statements.matchAll(pattern)].map(([, name = '']) => name)
  const dropped = namesOf(/DROP TABLE (\w+)/g)
  const tables = namesOf(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g).filter((name) => !dropped.includes(name))
  const version = foundIn('durable-objects/storage/migrate.ts', /CREATE TABLE IF NOT EXISTS (\w+)/g)
  const names = new Set([...tables, ...version, ...Object.values(STORED_KEYS)])
  assert.deepEqual(namesIn(OPERATIONS, 'storage').toSorted(), [...names].toSorted())
})

test('the table of key fields has every field of a record that is no limit', () => {
  assert.deepEqual(namesIn(OPERATIONS, 'key-fields').toSorted(), Object.keys(KEY_RULES).toSorted())
})

test('the table of limits has every field', () => {
  assert.deepEqual(namesIn(ORDERS, 'limit-fields').toSorted(), Object.keys(RESTRICTION_RULES).toSorted())
})

test('the table of checks has every gate, in its order', () => {
  assert.deepEqual(namesIn(ORDERS, 'gates'), GATES)
})

test('the table of states has every state', () => {
  assert.deepEqual(namesIn(ORDERS, 'states'), ENTRY_STATES)
})

test('the table of scopes has every scope', () => {
  assert.deepEqual(namesIn('src/docs/api.md', 'scopes'), SCOPES)
})

test('the table of order statuses has every number with its name', () => {
  const listed = tableIn(ORDERS, 'order-statuses').map(([number, name]) => [name, Number(number)])
  const expected = Object.entries(OrderStatus).map(([name, number]) => [`\`${name}\``, number])
  assert.deepEqual(
    listed,
    expected.toSorted(([, one], [, other]) => Number(one) - Number(other)),
  )
})

test('the table of operations on orders has every name with its number', () => {
  const listed = tableIn(ORDERS, 'modify-ops').map(([name, number]) => [name, Number(number)])
  const known = Object.entries(ModifyOrderOp).filter(([, number]) => number !== ModifyOrderOp.Unknown)
  assert.deepEqual(
    listed,
    known.map(([name, number]) => [`\`${name.toUpperCase()}\``, number]),
  )
})

test('the table of client messages has every operation', () => {
  const { message } = readClientMessage('{"op":"none such"}')
  const expected = message.ok || message.failure.code !== 'request.invalid_value' ? '' : message.failure.expected
  const operations = expected.replace('one of ', '').split(', ')
  assert.deepEqual(namesIn('src/docs/pushes.md', 'client-messages').toSorted(), operations.toSorted())
})

test('the table of options of the simulator has every option', () => {
  const listed = foundIn(SIMULATOR, /^\| `(--[a-z-]+)/gm)
  assert.deepEqual(
    listed.toSorted(),
    Object.keys(OPEND_FORM.options)
      .map((name) => `--${name}`)
      .toSorted(),
  )
})

test('the table of faults has every fault', () => {
  const script = parseFaultScript('[{"do":"none such"}]')
  const faults = script.ok ? [] : (script.problem.split('must be one of ')[1]?.split(', ') ?? [])
  assert.deepEqual(namesIn(SIMULATOR, 'faults').toSorted(), faults.toSorted())
})

test('the table of control requests has every request', () => {
  const requests = foundIn('src/cli/opend/control-server.ts', /case '((?:GET|PUT|POST) [^']+)'/g)
  assert.deepEqual(namesIn(SIMULATOR, 'control'), requests)
})

test('the table of accounts has every account of the simulator', () => {
  assert.deepEqual(
    namesIn(SIMULATOR, 'accounts'),
    DEFAULT_ACCOUNTS.map(({ profile }) => profile.accId),
  )
})

test('the table of folders has every folder', () => {
  const inSource = readdirSync(new URL('../../src', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/${name}`)
  assert.deepEqual(
    namesIn('src/docs/architecture.md', 'folders').toSorted(),
    [...inSource, 'durable-objects', 'proto', 'test'].toSorted(),
  )
})
