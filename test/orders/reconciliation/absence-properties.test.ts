import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CallOutcome } from '../../../src/gateway/link/effect.ts'
import type { LedgerEntry } from '../../../src/orders/entry.ts'
import { entryIdOf, tagOf } from '../../../src/orders/tag.ts'
import { OrderPathRig, type Order, PLAY_ID } from '../order-rig.ts'
import { failed, orderOf, placedC2s, pushOf } from '../order-values.ts'
import { orderList, placed } from '../sample-replies.ts'

/** What OpenD does with a new order, and which reply the gateway gets. */
type Fate = 'answered' | 'unheard' | 'late' | 'lost' | 'cut' | 'cut and made'

type Step =
  | { readonly kind: 'place'; readonly fate: Fate }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'lists'; readonly shown: number }
  | { readonly kind: 'act late' | 'push' | 'copy' | 'reconnect' | 'restart' | 'act after the end' }

const LATE: CallOutcome = {
  ok: false,
  failure: { code: 'gateway.call_timeout', detail: 'test', retryInMs: null },
  sent: true,
}

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      fate: fc.constantFrom<Fate[]>('answered', 'unheard', 'late', 'lost', 'cut', 'cut and made'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('lists' as const), shown: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('act late', 'push', 'copy', 'reconnect', 'restart', 'act after the end'),
    }),
  },
)

/** An OpenD that executes orders late, lists them incompletely and omits replies, with the gateway connected to it. */
class Schedule {
  readonly rig = new OrderPathRig()
  /** All orders including copies by hand, oldest first. */
  readonly orders: Order[] = []
  /** The orders without copies, by the id of their entry. */
  readonly made = new Map<string, Order>()
  readonly copied = new Set<string>()
  /** Entries that OpenD has received and may still execute, with their connection. */
  readonly waiting = new Map<string, number>()
  /** Entries that were absent at any time. */
  readonly denied = new Set<string>()
  /**
   * The share of the orders that OpenD lists, oldest first; an incomplete list lacks an order that is known to exist.
   */
  #shown = 1
  #ids = 0

  constructor() {
    this.rig.answers.set(2201, () => orderList(this.#listed()))
  }

  async take(step: Step): Promise<void> {
    const { rig } = this
    switch (step.kind) {
      case 'place':
        await this.#place(step.fate)
        break
      case 'pass':
        await this.#pass(step.ms)
        break
      case 'lists':
        this.#shown = step.shown
        break
      case 'act late':
        for (const [id, connection] of this.waiting) if (connection === rig.connection) this.#make(this.#entry(id))
        break
      case 'act after the end':
        for (const [id, connection] of this.waiting) if (connection !== rig.connection) this.#make(this.#entry(id))
        break
      case 'push':
        for (const order of this.made.values()) rig.orderPush(pushOf(order))
        break
      case 'copy':
        this.#copy()
        break
      case 'reconnect':
        rig.reconnect()
        break
      case 'restart':
        await rig.done(rig.ledger.sync())
        rig.restart()
        await rig.reconciler.pollDue()
        rig.reconnect()
    }
    this.check()
  }

  /** Makes OpenD list and execute everything. */
  async calm(): Promise<void> {
    this.#shown = 1
    this.rig.reconnect()
    for (const order of this.orders) this.rig.orderPush(pushOf(order))
    await this.#pass(200_000)
    this.rig.reconciler.ordersListed(PLAY_ID.toString(), this.orders)
  }

  /** Checks that no entry is absent while its order exists or can still be executed over a live connection. */
  check(): void {
    for (const entry of this.rig.entries) {
      if (entry.state !== 'absent' || this.denied.has(entry.id)) continue
      this.denied.add(entry.id)
      assert.ok(!this.made.has(entry.id), `${entry.id} is absent, but its order is there`)
      assert.notEqual(this.waiting.get(entry.id), this.rig.connection, `${entry.id} is absent, but may be carried out`)
    }
  }

  async #place(fate: Fate): Promise<void> {
    const { rig } = this
    rig.answers.set(2202, (body) => {
      const entry = this.#entry(entryIdOf(tagOf(placedC2s({ body }).remark) ?? ''))
      switch (fate) {
        case 'answered':
          return placed(this.#make(entry).orderID)
        case 'late':
          this.#make(entry)
          return LATE
        case 'unheard':
          this.waiting.set(entry.id, rig.connection)
          return LATE
        case 'lost':
          return LATE
        case 'cut':
          this.waiting.set(entry.id, rig.connection)
          return failed('gateway.disconnected', true)
        case 'cut and made':
          this.#make(entry)
          return failed('gateway.disconnected', true)
      }
    })
    const sent = rig.count(2202)
    void rig.place()
    while (rig.count(2202) === sent) await this.#pass(1_000)
  }

  /** Advances the clock in small steps, so that every absence is checked before the next event. */
  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await this.rig.pass(Math.min(left, 1_000))
      this.check()
    }
  }

  #make(entry: LedgerEntry): Order {
    this.waiting.delete(entry.id)
    const id = BigInt(++this.#ids)
    const order = orderOf(entry, { orderID: id, orderIDEx: `FT${id}` })
    this.orders.push(order)
    this.made.set(entry.id, order)
    return order
  }

  /** Copies the newest order by hand, including its remark. */
  #copy(): void {
    const [id, order] = [...this.made].at(-1) ?? []
    if (id === undefined || order === undefined) return
    this.copied.add(id)
    const copy = BigInt(++this.#ids)
    this.orders.push({ ...order, orderID: copy, orderIDEx: `FT${copy}` })
  }

  #entry(id: string): LedgerEntry {
    const entry = this.rig.ledger.byId(id)
    assert.ok(entry !== null)
    return entry
  }

  #listed(): readonly Order[] {
    const shown = this.orders.slice(0, Math.floor(this.orders.length * this.#shown))
    const nowMs = this.rig.clock.wallMs()
    const known = this.rig.entries.filter(
      ({ state, updatedAtMs }) => state === 'accepted' && updatedAtMs < nowMs - 10_000,
    )
    const isKnownMissing = known.some(({ orderId }) => !shown.some(({ orderID }) => orderID.toString() === orderId))
    return isKnownMissing ? shown : this.orders
  }
}

test('no order is absent that exists or may still be executed, whatever OpenD lists, pushes or delays', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 5, maxLength: 30 }), async (steps) => {
      const schedule = new Schedule()
      await schedule.take({ kind: 'place', fate: 'answered' })
      for (const step of steps) await schedule.take(step)
      await schedule.calm()
      const { rig, made, copied, denied } = schedule
      for (const { id, state, orderIdEx, contradiction } of rig.entries) {
        const order = made.get(id)
        if (order === undefined) {
          assert.equal(state, 'absent', `${id} was never made`)
        } else if (copied.has(id) && state !== 'accepted') {
          const isReported = rig.contradictions.some((line) => line.startsWith(id))
          assert.ok(state === 'unknown' || isReported, `${id} is ${state} in silence`)
        } else {
          assert.deepEqual([state, orderIdEx], ['accepted', order.orderIDEx], id)
          assert.equal(contradiction !== null, denied.has(id), `${id} was absent, and it has no contradiction`)
          assert.equal(
            rig.contradictions.some((line) => line.startsWith(id)),
            denied.has(id),
          )
        }
      }
    }),
    { numRuns: 200 },
  )
})
