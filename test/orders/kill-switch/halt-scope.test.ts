import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayResume, maySwitch } from '../../../src/orders/kill-switch/halt-scope.ts'
import type { HaltScope } from '../../../src/orders/kill-switch/switches.ts'

const OWN: HaltScope = { kind: 'caller', caller: 'key:bot' }
const OTHERS: readonly HaltScope[] = [
  { kind: 'caller', caller: 'key:other' },
  { kind: 'caller', caller: 'jwt:bot' },
  { kind: 'account', accId: '5' },
  { kind: 'all' },
]
const bot = { caller: 'key:bot', isAdmin: false }
const boss = { caller: 'key:boss', isAdmin: true }

test('a trader halts and resumes only itself', () => {
  assert.equal(maySwitch(bot, OWN), true)
  for (const haltedBy of ['caller', null] as const) assert.equal(mayResume(bot, OWN, haltedBy), true)
  for (const scope of OTHERS) {
    assert.equal(maySwitch(bot, scope), false)
    for (const haltedBy of ['caller', 'admin', null] as const) assert.equal(mayResume(bot, scope, haltedBy), false)
  }
})

test('only an administrator ends a halt by an administrator, also for the halted trader', () => {
  assert.equal(mayResume(bot, OWN, 'admin'), false)
  for (const scope of [OWN, ...OTHERS]) {
    assert.equal(maySwitch(boss, scope), true)
    for (const haltedBy of ['caller', 'admin', null] as const) assert.equal(mayResume(boss, scope, haltedBy), true)
  }
})
