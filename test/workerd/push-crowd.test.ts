import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { priceIn, PROTO, PushRig, sampleKey } from './push-rig.ts'
import type { Message, SocketClient } from './socket-client.ts'

/** More push sockets on the one object than one key may have, of several keys. */

const CROWD = 300
const KEYS = Array.from({ length: 3 }, (_, index) => ({ id: `crowd-${index}`, key: sampleKey(`d${index}`) }))
/** Those that subscribe by themselves: each is a row in the object's storage. The others get what REST subscribed. */
const SUBSCRIBERS = 30
/** Sockets that are opened at the same time; more would only wait in the runtime's own queue. */
const AT_ONCE = 64

let rig: PushRig

before(async () => {
  rig = await PushRig.start({ keys: KEYS })
})
after(() => rig.close())

/** Does something so many times, a bounded number at once. */
async function many<Made>(count: number, make: () => Promise<Made>): Promise<Made[]> {
  const made: Made[] = []
  let left = count
  const work = async (): Promise<void> => {
    while (left-- > 0) made.push(await make())
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return made
}

/** Waits until a gauge shows that value. Each look is a call of the object, which does its other work in between. */
async function untilMetric(name: string, value: number): Promise<void> {
  for (let looks = 0; looks < 200; looks++) if ((await rig.metric(name)) === value) return
  assert.equal(await rig.metric(name), value, name)
}

const isPriced =
  (price: number) =>
  ({ stream, data }: Message): boolean =>
    stream === '1:1_00700' && priceIn(data as Message) === price

test('all of a crowd get a push, and nothing of it stays when it has gone', async () => {
  for (const { key } of KEYS) await rig.subscribe(['HK.00700'], ['Basic'], key)
  let opened = 0
  const open = (): Promise<SocketClient> => rig.socket({ token: KEYS[opened++ % KEYS.length]?.key ?? assert.fail() })
  const subscribers: SocketClient[] = await many(SUBSCRIBERS, async () => {
    const client = await open()
    await client.subscribe(['HK.00700'], ['Basic'], { is_first_push: false })
    return client
  })
  const others: SocketClient[] = await many(CROWD - SUBSCRIBERS, open)
  const crowd = [...subscribers, ...others]
  assert.equal(await rig.metric('opend_edge_push_sockets'), CROWD)
  assert.equal(await rig.metric('opend_edge_subscribers'), SUBSCRIBERS + KEYS.length)
  assert.equal(await rig.metric('opend_edge_subscriptions_upstream'), 1)
  assert.equal(rig.opend.seen(PROTO.sub), 1)

  rig.opend.quote('00700', 512)
  await Promise.all(crowd.map(({ inbox }) => inbox.take('the push', isPriced(512))))

  await Promise.all(crowd.map((client) => client.close()))
  await untilMetric('opend_edge_push_sockets', 0)
  await untilMetric('opend_edge_subscribers', KEYS.length)
  for (const { key } of KEYS) await rig.unsubscribe(['HK.00700'], ['Basic'], key)
  assert.equal(await rig.metric('opend_edge_subscribers'), 0)
  assert.equal(await rig.metric('opend_edge_subscriptions_held'), 0)
  assert.equal(await rig.metric('opend_edge_push_waiting_bytes'), 0)
})
