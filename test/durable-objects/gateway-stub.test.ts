import assert from 'node:assert/strict'
import { test } from 'node:test'
import { safeGateway } from '../../durable-objects/gateway-stub.ts'
import type { GatewayOrderAnswer } from '../../durable-objects/gateway-rpc.ts'
import type { LedgerEntry } from '../../src/orders/entry.ts'
import type { LedgerQuery } from '../../src/orders/ledger.ts'
import { FakeGateway } from '../http/fake-gateway.ts'
import type { OrderRequest } from '../../src/orders/request.ts'
import { placeEntry } from '../orders/sample-entries.ts'

/** An object that is lost under its first order call, with the ledger that its successor finds. */
class LostGateway extends FakeGateway {
  queries: LedgerQuery[] = []
  readonly #newestFirst: readonly LedgerEntry[]
  readonly #error: Error

  constructor(newestFirst: readonly LedgerEntry[], error: Error = new Error('Network connection lost.')) {
    super()
    this.#newestFirst = newestFirst
    this.#error = error
  }

  override order(): Promise<never> {
    return Promise.reject(this.#error)
  }

  override async orderEntries(query: LedgerQuery): Promise<readonly LedgerEntry[]> {
    this.queries.push(query)
    const from = this.#newestFirst.findIndex(({ id }) => id === query.before) + 1
    return this.#newestFirst.slice(from, from + query.limit)
  }
}

const nowMs = Date.now()

function entries(count: number, changes: Partial<LedgerEntry>): readonly LedgerEntry[] {
  return Array.from({ length: count }, (_, index) =>
    placeEntry({ id: `oi_${String(index).padStart(8, '0')}`, createdAtMs: nowMs, ...changes }),
  )
}

const REQUEST: OrderRequest = {
  protoId: 2202,
  body: new Uint8Array(),
  caller: 'key:a',
  rights: { simulate: true, real: true },
  limits: null,
  requestId: 'mine',
  callId: 'call-2',
  idempotencyKey: null,
  isDryRun: false,
  isKillSwitch: false,
  keyMark: null,
  expiresAtMs: null,
}

function orderUnder(gateway: LostGateway): Promise<GatewayOrderAnswer> {
  return safeGateway(() => gateway).order(REQUEST)
}

test("an order whose object is lost is answered with its own entry, not with another of the client's request id", async () => {
  const [other, own] = [
    placeEntry({ id: 'oi_other001', requestId: 'mine', callId: 'call-1', createdAtMs: nowMs }),
    placeEntry({ id: 'oi_own00001', requestId: 'mine', callId: 'call-2', createdAtMs: nowMs }),
  ]
  const { reply } = await orderUnder(new LostGateway([other, own]))
  assert.deepEqual(reply, { kind: 'unknown', intentId: 'oi_own00001', isReplay: false })
})

test('one that was not written down was not sent, and the caller reads so', async () => {
  const earlier = placeEntry({ id: 'oi_other001', requestId: 'mine', callId: null, createdAtMs: nowMs })
  for (const ledger of [[], [earlier]]) {
    const { reply } = await orderUnder(new LostGateway(ledger))
    assert.ok(reply.kind === 'refused' && reply.failure.code === 'gateway.object_restarted')
    assert.match(reply.failure.detail, /nothing was sent/)
  }
})

test('it is looked for behind whatever its caller has sent since', async () => {
  const own = placeEntry({ id: 'oi_own00001', callId: 'call-2', createdAtMs: nowMs })
  const { reply } = await orderUnder(new LostGateway([...entries(170, { callId: 'another' }), own]))
  assert.deepEqual(reply, { kind: 'unknown', intentId: 'oi_own00001', isReplay: false })
})

test('the search ends at entries from before the call, and never says "not sent" without having seen them', async () => {
  const old = new LostGateway(entries(170, { createdAtMs: nowMs - 60_000 }))
  const found = await orderUnder(old)
  assert.ok(found.reply.kind === 'refused' && found.reply.failure.code === 'gateway.object_restarted')
  assert.match(found.reply.failure.detail, /nothing was sent/)
  assert.equal(old.queries.length, 1)

  const flooded = new LostGateway(entries(3_000, { callId: 'another' }))
  const { reply } = await orderUnder(flooded)
  assert.ok(reply.kind === 'refused' && reply.failure.code === 'gateway.object_restarted')
  assert.match(reply.failure.detail, /not known/)
  assert.equal(flooded.queries.length, 20)
})

test('what the code of the object throws stays a bug', async () => {
  await assert.rejects(orderUnder(new LostGateway([], Object.assign(new Error('bug'), { remote: true }))), /bug/)
})

/** An object whose account list cannot be had the first times it is asked. */
class ListlessGateway extends FakeGateway {
  readonly #errors: Error[]

  constructor(...errors: Error[]) {
    super()
    this.#errors = errors
  }

  override accounts(): ReturnType<FakeGateway['accounts']> {
    const error = this.#errors.shift()
    return error === undefined ? super.accounts() : Promise.reject(error)
  }
}

test('the account list is asked for once more from a restarted object, then it is a failure with a name', async () => {
  const accountsOf = (...errors: Error[]) => {
    const gateway = new ListlessGateway(...errors)
    return safeGateway(() => gateway).accounts()
  }
  const lost = new Error('Network connection lost.')
  assert.equal((await accountsOf(lost)).ok, true)
  const twice = await accountsOf(lost, lost)
  assert.ok(!twice.ok && twice.failure.code === 'gateway.object_restarted')
  const busy = await accountsOf(Object.assign(new Error('busy'), { overloaded: true }))
  assert.ok(!busy.ok && busy.failure.code === 'gateway.busy')
  await assert.rejects(accountsOf(Object.assign(new Error('bug'), { remote: true })), /bug/)
})
