import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { linkFailure } from '../../src/base/failure.ts'
import { AccountListCache } from '../../src/accounts/account-list.ts'
import type { CallOutcome } from '../../src/gateway/link/effect.ts'
import { readPushAccounts } from '../../src/accounts/trading-accounts.ts'
import { encodeMessage } from '../../src/wire/encode.ts'

const LIST = 2001
const SUBSCRIBE = 2008

/** An account list on a virtual clock, with an OpenD that does as it is told. */
class Rig {
  nowMs = 1_000_000
  isUp = true
  generation = 1
  accounts: readonly bigint[] = [7n, 8n]
  /** How OpenD treats each kind of call. */
  list: 'answers' | 'refuses' | 'is lost' = 'answers'
  subscribe: 'answers' | 'refuses' | 'is lost' = 'answers'
  readonly calls: { readonly protoId: number; readonly atMs: number }[] = []
  /** The accounts that OpenD has confirmed pushes of on the present link. */
  pushed: readonly bigint[] = []
  #timers: { readonly atMs: number; readonly run: () => void }[] = []
  readonly book = new AccountListCache({
    send: (protoId, body) => this.#send(protoId, body),
    linkGeneration: () => this.generation,
    isLinkUp: () => this.isUp,
    nowMs: () => this.nowMs,
    after: (ms, run) => this.#timers.push({ atMs: this.nowMs + ms, run }),
  })

  count(protoId: number): number {
    return this.calls.filter((call) => call.protoId === protoId).length
  }

  async connect(): Promise<void> {
    this.isUp = true
    this.generation++
    this.pushed = []
    this.book.linkReady()
    await settled()
  }

  cut(): void {
    this.isUp = false
    this.pushed = []
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.atMs - b.atMs).at(0)
      if (next === undefined || next.atMs > endMs) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.run()
      await settled()
    }
    this.nowMs = endMs
  }

  async #send(protoId: number, body: Uint8Array): Promise<CallOutcome> {
    this.calls.push({ protoId, atMs: this.nowMs })
    const { generation } = this
    const behaviour = protoId === LIST ? this.list : this.subscribe
    const failed = linkFailure(this.isUp ? 'gateway.call_timeout' : 'gateway.disconnected', 'no reply')
    await Promise.resolve()
    if (!this.isUp || generation !== this.generation || behaviour === 'is lost') {
      return { ok: false, failure: failed, sent: true }
    }
    const retType = behaviour === 'refuses' ? -1 : 0
    if (protoId === SUBSCRIBE) {
      if (retType === 0) this.pushed = readPushAccounts(body) ?? []
      return { ok: true, body: encodeMessage('Trd_SubAccPush.Response', { retType }) }
    }
    const accList = this.accounts.map((accID) => ({ trdEnv: 0, accID }))
    return { ok: true, body: encodeMessage('Trd_GetAccList.Response', { retType, s2c: { accList } }) }
  }
}

/** Long enough for every promise that is kept by now to be followed. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

test('the pushes of all accounts are subscribed as soon as a link is up, and again on the next one', async () => {
  const rig = new Rig()
  await rig.connect()
  assert.deepEqual(rig.pushed, [7n, 8n])
  assert.equal(rig.book.arePushesSubscribed, true)
  rig.cut()
  assert.equal(rig.book.arePushesSubscribed, false)
  await rig.connect()
  assert.deepEqual(rig.pushed, [7n, 8n])
  assert.equal(rig.count(SUBSCRIBE), 2)
})

for (const failure of ['refuses', 'is lost'] as const) {
  test(`a subscription that OpenD ${failure} is attempted again, ever more rarely, until it is there`, async () => {
    const rig = new Rig()
    rig.subscribe = failure
    await rig.connect()
    assert.equal(rig.book.arePushesSubscribed, false)
    await rig.pass(600_000)
    const times = rig.calls.filter(({ protoId }) => protoId === SUBSCRIBE).map(({ atMs }) => atMs - 1_000_000)
    assert.deepEqual(times.slice(0, 5), [0, 1_000, 3_000, 7_000, 15_000])
    assert.ok(times.length < 20, `${times.length} attempts in ten minutes`)
    rig.subscribe = 'answers'
    await rig.pass(60_000)
    assert.equal(rig.book.arePushesSubscribed, true)
    await rig.pass(600_000)
    assert.equal(rig.count(SUBSCRIBE), times.length + 1)
  })
}

test('a list that is refused or empty at first delays the subscription and does not prevent it', async () => {
  const rig = new Rig()
  rig.list = 'refuses'
  await rig.connect()
  assert.equal(rig.count(SUBSCRIBE), 0)
  rig.list = 'answers'
  rig.accounts = []
  await rig.pass(5_000)
  assert.equal(rig.book.arePushesSubscribed, false)
  rig.accounts = [7n]
  await rig.pass(60_000)
  assert.deepEqual(rig.pushed, [7n])
})

test('accounts that appear on the list are subscribed too', async () => {
  const rig = new Rig()
  await rig.connect()
  rig.accounts = [7n, 8n, 9n]
  await rig.pass(60_000)
  await rig.book.all()
  await settled()
  assert.deepEqual(rig.pushed, [7n, 8n, 9n])
  assert.equal(rig.book.arePushesSubscribed, true)
})

test('requests for unknown accounts read the list once in five seconds, over all callers', async () => {
  const rig = new Rig()
  await rig.connect()
  const before = rig.count(LIST)
  for (let i = 0; i < 200; i++) {
    const known = await rig.book.environments(BigInt(1_000 + i))
    assert.ok(known instanceof Map && known.size === 2)
    await rig.pass(50)
  }
  assert.equal(rig.count(LIST) - before, 1)
})

test('a new account can be used five seconds after the list was read', async () => {
  const rig = new Rig()
  await rig.connect()
  rig.accounts = [7n, 8n, 9n]
  await rig.pass(4_999)
  const before = await rig.book.environments(9n)
  assert.ok(before instanceof Map && !before.has(9n))
  await rig.pass(1)
  const after = await rig.book.environments(9n)
  assert.ok(after instanceof Map && after.has(9n))
})

test('while OpenD refuses the list it is asked for once a second, and known accounts stay known', async () => {
  const rig = new Rig()
  await rig.connect()
  rig.list = 'refuses'
  await rig.pass(10_000)
  const before = rig.count(LIST)
  for (let i = 0; i < 100; i++) {
    assert.ok('code' in (await rig.book.environments(9n)))
    assert.ok((await rig.book.environments(7n)) instanceof Map)
    await rig.pass(10)
  }
  assert.equal(rig.count(LIST) - before, 1)
})

test('cards are resolved by a list that is a minute old at most; a list that cannot be had is a failure', async () => {
  const rig = new Rig()
  await rig.connect()
  assert.deepEqual(await rig.book.cards(), { ok: true, value: [7n, 8n].map((accId) => ({ accId, cards: [] })) })
  await rig.pass(59_999)
  await rig.book.cards()
  assert.equal(rig.count(LIST), 1)
  rig.list = 'refuses'
  await rig.pass(1)
  const refused = await rig.book.cards()
  assert.ok(!refused.ok && refused.failure.code === 'opend.failed')
  assert.equal(rig.count(LIST), 2)
  rig.cut()
  const unreachable = await rig.book.cards()
  assert.ok(!unreachable.ok && unreachable.failure.code === 'gateway.disconnected')
})

test('whatever failed before, a healthy OpenD has all accounts subscribed within a minute', async () => {
  const event = fc.constantFrom('connect', 'cut', 'refuse', 'lose', 'answer', 'grow', 'read', 'pass', 'unlist')
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const rig = new Rig()
      for (const kind of events) {
        if (kind === 'connect') await rig.connect()
        else if (kind === 'cut') rig.cut()
        else if (kind === 'refuse') rig.subscribe = 'refuses'
        else if (kind === 'lose') rig.subscribe = 'is lost'
        else if (kind === 'answer') rig.subscribe = rig.list = 'answers'
        else if (kind === 'unlist') rig.list = 'refuses'
        else if (kind === 'grow') rig.accounts = [...rig.accounts, BigInt(100 + rig.accounts.length)]
        else if (kind === 'read') void rig.book.environments(5n)
        else await rig.pass(1_700)
      }
      rig.subscribe = rig.list = 'answers'
      if (!rig.isUp || rig.generation === 1) await rig.connect()
      // A list that lacks the newest accounts is fresh for a minute; then the next caller reads it.
      await rig.pass(61_000)
      await rig.book.all()
      await settled()
      assert.equal(rig.book.arePushesSubscribed, true)
      assert.deepEqual(rig.pushed, rig.accounts)
    }),
    { numRuns: 200 },
  )
})
