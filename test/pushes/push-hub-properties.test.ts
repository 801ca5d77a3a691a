import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_WAITING_BYTES, MAX_WAITING_TRADE_BYTES } from '../../src/pushes/outbox/outbox.ts'
import type { PushEvent } from '../../src/pushes/push-event.ts'
import { MAX_RETAINED_BYTES } from '../../src/base/memory-budget.ts'
import { HubRig, RUN } from './hub-rig.ts'
import { PushModel } from './push-model.ts'
import { fill, notice, order, quote, tick } from './sample-pushes.ts'

const LONG_NAME = 'x'.repeat(6_000)

/** Events to push: made once, since a push carries no number of its own. */
const EVENTS: readonly PushEvent[] = [
  quote('A', 1),
  quote('B', 1, LONG_NAME),
  quote('C', 1),
  tick('A', 1),
  tick('B', 1, LONG_NAME),
  order(1n),
  order(2n, LONG_NAME),
  fill(1n),
  notice('x'),
]
const VALUES = ['1:1_A', '1:1_B', '1:1_C']
const COUNTED = ['4:1_A', '4:1_B', 'orders:281756', 'fills:281756', 'notify']

type Step =
  | { readonly kind: 'push'; readonly event: number; readonly times: number }
  | {
      readonly kind: 'set'
      readonly client: number
      readonly values: readonly string[]
      readonly sendsCurrent: boolean
    }
  | { readonly kind: 'pong' | 'control'; readonly client: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'linkLost' }

const client = fc.nat({ max: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      event: fc.nat({ max: EVENTS.length - 1 }),
      times: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) }, fc.constantFrom(90, 300)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      client,
      values: fc.subarray(VALUES),
      sendsCurrent: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pong' as const, 'control' as const), client }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 20, 50, 1_000, 40_000) }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'linkLost' }) },
)

const CLIENTS = ['plain', 'slow', 'batched', 'trusted']

test('whatever happens, nobody gets what is not theirs, out of order, or less than they are told', () => {
  let lagged = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new PushModel()
      const { rig } = model
      model.add('plain', { conflateMs: 0 }, true)
      model.add('slow', { conflateMs: 1_000 }, true)
      model.add('batched', { isBatched: true, form: 'base64' }, true)
      model.add('trusted', { form: 'base64' }, false)
      for (const id of CLIENTS) model.set(id, COUNTED, false)
      for (const next of steps) {
        const id = CLIENTS['client' in next ? next.client : 0] ?? ''
        if (next.kind === 'push') {
          const [event] = EVENTS.slice(next.event)
          assert.ok(event !== undefined)
          for (let times = 0; times < next.times; times++) model.push(event)
        } else if (next.kind === 'set') {
          if (model.open.includes(id)) model.set(id, [...COUNTED, ...next.values], next.sendsCurrent)
        } else if (next.kind === 'pong') rig.pong(id)
        else if (next.kind === 'control') rig.sendControl(id, { type: 'note' })
        else if (next.kind === 'pass') rig.pass(next.ms)
        else rig.hub.linkLost()
        for (const open of model.open) model.checkWindow(open)
        const { waitingBytes, retainedBytes } = rig.hub.counts
        // The newest event of a queue stays, and control messages are short.
        assert.ok(waitingBytes <= CLIENTS.length * (MAX_WAITING_BYTES + MAX_WAITING_TRADE_BYTES + 200_000))
        assert.ok(retainedBytes <= MAX_RETAINED_BYTES)
      }
      model.drain()
      lagged += rig.hub.counts.lagged
    }),
    { numRuns: 300 },
  )
  assert.ok(lagged > 0, 'the bounds of the outbox were reached')
})

test('however long a client stalls and whatever is pushed, it holds no more than its bounds', () => {
  const rig = new HubRig()
  rig.add('a', { conflateMs: 0 })
  rig.set('a', [...VALUES, ...COUNTED])
  rig.makeConfirm('a')
  let most = 0
  for (let round = 0; round < 4_000; round++) {
    rig.push(...EVENTS.filter((_, index) => index !== 1 || round % 50 === 0))
    rig.pass(10)
    most = Math.max(most, rig.hub.counts.waitingBytes)
  }
  assert.equal(rig.closed.size, 0)
  assert.ok(most <= MAX_WAITING_BYTES + MAX_WAITING_TRADE_BYTES + 200_000)
  assert.ok(most > MAX_WAITING_TRADE_BYTES, 'the bounds were reached')
})

const SMALL = [quote('A', 1), quote('C', 1), tick('A', 1), order(1n), fill(1n), notice('x')]
const STREAMS = ['1:1_A', '1:1_C', '4:1_A', 'orders:281756', 'fills:281756', 'notify']

/** What a client knows in the end: of values the last, of everything else all. */
function viewOf(
  frames: readonly { readonly stream?: string; readonly seq?: number }[],
): Map<string, readonly number[]> {
  const view = new Map<string, readonly number[]>()
  for (const { stream, seq } of frames) {
    if (stream === undefined || seq === undefined) continue
    view.set(stream, stream.startsWith('1:') ? [seq] : [...(view.get(stream) ?? []), seq])
  }
  return view
}

test('who comes back and resumes knows what the one knows who never left', () => {
  const pushes = fc.array(fc.nat({ max: SMALL.length - 1 }), { maxLength: 40 })
  fc.assert(
    fc.property(pushes, pushes, pushes, fc.boolean(), fc.boolean(), (before, away, after, isSetFirst, losesLink) => {
      const rig = new HubRig()
      const give = (indexes: readonly number[]): void => {
        for (const index of indexes) {
          const event = SMALL[index]
          if (event !== undefined) rig.push(event)
          rig.pass(10)
        }
        rig.pass(100)
      }
      for (const id of ['stays', 'leaves']) {
        rig.add(id)
        rig.set(id, STREAMS)
      }
      give(before)
      const seen = rig.take('leaves')
      rig.hub.remove('leaves', rig.nowMs)
      give(away)
      if (losesLink) rig.hub.linkLost()

      const positions = new Map([...viewOf(seen)].map(([stream, seqs]) => [stream, seqs.at(-1) ?? 0]))
      for (const stream of STREAMS) if (!positions.has(stream)) positions.set(stream, 0)
      rig.add('again')
      const reports = isSetFirst
        ? [rig.set('again', STREAMS, false), rig.hub.resume('again', RUN, positions, rig.nowMs)]
        : [rig.hub.resume('again', RUN, positions, rig.nowMs), rig.set('again', STREAMS)]
      // 40 pushes are less than any ring but that of the notices.
      const gone = [...(reports[1] ?? [])].filter(([, { state }]) => state !== 'resumed').map(([stream]) => stream)
      const missedNotices = away.filter((index) => SMALL[index]?.type === 'notify').length
      assert.deepEqual(gone, missedNotices <= 16 ? [] : ['notify'])
      give(after)

      const stayed = viewOf(rig.take('stays'))
      const resumed = viewOf([...seen, ...rig.take('again')])
      for (const stream of STREAMS) {
        if (!gone.includes(stream)) assert.deepEqual(resumed.get(stream), stayed.get(stream), stream)
      }
    }),
    { numRuns: 150 },
  )
})
