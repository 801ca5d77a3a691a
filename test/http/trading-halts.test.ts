import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CancelTaskView } from '../../src/orders/kill-switch/cancel-tasks.ts'
import type { HaltScope } from '../../src/orders/kill-switch/switches.ts'
import { keysJson, makeRig, readError, tokenOf } from './rig.ts'

const KEYS_JSON = keysJson(
  { id: 'bot', scopes: ['trade:simulate'], allowed_acc_ids: ['5'] },
  { id: 'carded', scopes: ['trade:real'], allowed_acc_ids: ['6'], allowed_card_nums: ['1234'] },
  { id: 'other', scopes: ['trade:real'] },
  { id: 'boss', scopes: ['admin'] },
  { id: 'reader', scopes: ['acc:read', 'qot:read', 'trade:unlock'] },
)
const { gateway, send } = makeRig({ KEYS_JSON })

const SINCE_MS = Date.UTC(2026, 10, 22, 10)
const SINCE = '2026-11-22T10:00:00.000Z'
const WHEN = { since: SINCE, since_ms: SINCE_MS }
const BOT: HaltScope = { kind: 'caller', caller: 'key:bot' }
const OTHER: HaltScope = { kind: 'caller', caller: 'key:other' }
const account = (accId: string): HaltScope => ({ kind: 'account', accId })
const halt = (scope: HaltScope, isByAdmin = true) => ({ scope, isByAdmin, sinceMs: SINCE_MS })

function task(reason: CancelTaskView['reason'], scope: HaltScope, isRunning: boolean): CancelTaskView {
  return { reason, scope, isRunning, dueAtMs: SINCE_MS, attempts: 2, nextAttemptMs: SINCE_MS, detail: 'locked' }
}

const HALTS = [halt(BOT, false), halt(OTHER), halt(account('5')), halt(account('6'))]
const TASKS = [
  task('cancel_after', BOT, false),
  task('cancel_after', OTHER, true),
  task('halt', BOT, true),
  task('halt', account('5'), false),
]

async function read(id: string, route = 'GET /api/trading/halts', body?: unknown): Promise<Record<string, unknown>> {
  const response = await send(route, { token: tokenOf(id), body })
  const text = await response.text()
  assert.equal(response.status, 200, text)
  return JSON.parse(text)
}

test('a key sees the halts over itself and its accounts, who ends them, and its own cancel-after', async () => {
  gateway.switchReport = { halts: HALTS, tasks: TASKS, isStored: true }
  const running = { ...WHEN, attempts: 2, next_attempt: SINCE, next_attempt_ms: SINCE_MS, detail: 'locked' }
  assert.deepEqual(await read('bot'), {
    halted: true,
    halts: [
      { scope: 'key', caller: 'key:bot', ...WHEN, resumed_by: 'key' },
      { scope: 'account', acc_id: '5', ...WHEN, resumed_by: 'admin' },
    ],
    cancel_afters: [{ scope: 'key', caller: 'key:bot', fires_at: SINCE, fires_at_ms: SINCE_MS }],
    cancel_tasks: [{ reason: 'halt', scope: 'key', caller: 'key:bot', ...running }],
    stored: true,
  })
  gateway.switchReport = { halts: [halt(account('5')), halt(OTHER)], tasks: [], isStored: false }
  assert.deepEqual(await read('bot'), {
    halted: true,
    halts: [{ scope: 'account', acc_id: '5', ...WHEN, resumed_by: 'admin' }],
    cancel_afters: [],
    cancel_tasks: [],
    stored: false,
  })
  assert.equal(((await read('other'))['halts'] as unknown[]).length, 2, 'a key without a list sees every account')
  gateway.switchReport = { halts: [halt({ kind: 'all' })], tasks: [], isStored: true }
  assert.deepEqual(await read('bot'), {
    halted: true,
    halts: [{ scope: 'all', ...WHEN, resumed_by: 'admin' }],
    cancel_afters: [],
    cancel_tasks: [],
    stored: true,
  })
})

test('an administrator sees every halt, every armed cancel-after and every cancel under way', async () => {
  gateway.switchReport = { halts: HALTS, tasks: TASKS, isStored: true }
  const { halted, halts, cancel_afters: armed, cancel_tasks: running } = await read('boss')
  assert.equal(halted, false)
  assert.deepEqual(
    [halts, armed, running].map((list) => (list as unknown[]).length),
    [4, 1, 3],
  )
})

test('a key is halted when each account that it may use is halted, and not when one of them is not', async () => {
  const listed = (accId: bigint, cardNum: string) => ({ trdEnv: 0, accID: accId, trdMarketAuthList: [1], cardNum })
  const accList = [listed(6n, '1001100320481111'), listed(7n, '1001100320481234')]
  gateway.answer('Trd_GetAccList', { retType: 0, s2c: { accList } })
  gateway.switchReport = { halts: [halt(account('6'))], tasks: [], isStored: true }
  assert.equal((await read('carded'))['halted'], false)
  gateway.switchReport = { halts: [halt(account('6')), halt(account('7'))], tasks: [], isStored: true }
  assert.equal((await read('carded'))['halted'], true)
  assert.equal((await read('other'))['halted'], false, 'a key without a list may use further accounts')
})

test('while OpenD is away, a key whose accounts are named by card sees the halts of those that it names by id', async () => {
  gateway.answer('Trd_GetAccList', { code: 'gateway.not_ready', detail: '', retryInMs: null })
  gateway.switchReport = { halts: HALTS, tasks: [], isStored: true }
  assert.deepEqual((await read('carded'))['halts'], [{ scope: 'account', acc_id: '6', ...WHEN, resumed_by: 'admin' }])
  assert.equal((await read('carded'))['halted'], false, 'the account of its card is not known')
})

test('a resume lists what still halts the scope', async () => {
  gateway.switchReport = {
    halts: [halt({ kind: 'all' }), halt(account('5')), halt(account('6'))],
    tasks: [],
    isStored: true,
  }
  assert.deepEqual(await read('bot', 'POST /api/trading/resume'), {
    halted: true,
    scope: 'key',
    caller: 'key:bot',
    halts: [
      { scope: 'all', ...WHEN, resumed_by: 'admin' },
      { scope: 'account', acc_id: '5', ...WHEN, resumed_by: 'admin' },
    ],
  })
  gateway.switchReport = { halts: HALTS, tasks: [], isStored: true }
  const cases = [
    [{ key: 'bot' }, true, 3],
    [{ scope: 'account', acc_id: '5' }, true, 3],
    [{ scope: 'account', acc_id: '7' }, false, 2],
    [{ scope: 'all' }, false, 4],
  ] as const
  for (const [body, halted, count] of cases) {
    const answer = await read('boss', 'POST /api/trading/resume', body)
    assert.deepEqual([answer['halted'], (answer['halts'] as unknown[]).length], [halted, count], JSON.stringify(body))
  }
})

test('whoever may not turn switches does not see them, and the call takes no parameters', async () => {
  gateway.forget()
  const route = 'GET /api/trading/halts'
  await readError(await send(route, { token: tokenOf('reader') }), 403)
  await readError(await send(`${route}?all=true`, { token: tokenOf('boss') }), 400)
  assert.equal(gateway.touched, 0)
})

test('a child token sees that its parent is halted, and not the halts of other keys', async () => {
  const rig = makeRig({ KEYS_JSON })
  const minted = await rig.send('POST /api/tokens', { token: tokenOf('bot'), body: { scopes: ['trade:simulate'] } })
  const { token, id } = (await minted.json()) as { readonly token: string; readonly id: string }
  const ask = async (route: string, body?: unknown): Promise<Record<string, unknown>> =>
    (await (await rig.send(route, { token, body })).json()) as Record<string, unknown>
  rig.gateway.switchReport = { halts: [halt(OTHER)], tasks: [], isStored: true }
  assert.deepEqual(await ask('GET /api/trading/halts'), {
    ...{ halted: false, halts: [], cancel_afters: [], cancel_tasks: [], stored: true },
  })
  rig.gateway.switchReport = { halts: [halt(OTHER), halt(BOT, false)], tasks: [], isStored: true }
  const ofParent = { scope: 'key', caller: 'key:bot', ...WHEN, resumed_by: 'key' }
  assert.deepEqual(await ask('GET /api/trading/halts'), {
    ...{ halted: true, halts: [ofParent], cancel_afters: [], cancel_tasks: [], stored: true },
  })
  // The end of its own halt does not end that of its parent.
  assert.deepEqual(await ask('POST /api/trading/resume', {}), {
    ...{ halted: true, scope: 'key', caller: `key:${id}`, halts: [ofParent] },
  })
})
