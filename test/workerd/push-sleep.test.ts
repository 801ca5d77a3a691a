import assert from 'node:assert/strict'
import { test } from 'node:test'
import { priceIn, PushRig, sampleKey } from './push-rig.ts'
import type { Message } from './socket-client.ts'

/** The object sleeps while its sockets stay open. */

const REST = { id: 'rest', key: sampleKey('a8') }

const isUp = (message: Message): boolean => message['type'] === 'gateway' && message['up'] === true
const isDown = (message: Message): boolean => message['type'] === 'gateway' && message['up'] === false

test('a socket outlives the sleep of the object: it is greeted again and goes on', async (t) => {
  const rig = await PushRig.start({ keys: [REST] })
  t.after(() => rig.close())
  await rig.subscribe(['HK.00941'], ['Basic'], REST.key)
  const [own, rest] = await Promise.all([rig.socket(), rig.socket({ token: REST.key })])
  await own.subscribe(['HK.02318'], ['Basic'])
  const [own1, rest1] = [await own.inbox.type('hello'), await rest.inbox.type('hello')]
  const before = await own.inbox.push('1:1_02318')
  await rest.inbox.push('1:1_00941')
  await rig.call('/api/admin/shutdown', {})
  await own.inbox.take('news of the loss', isDown)
  await rig.worker.hibernate()

  assert.equal((await own.ask('ping'))['ok'], true, 'a message wakes the object')
  const [own2, rest2] = [await own.inbox.type('hello'), await rest.inbox.type('hello')]
  assert.notEqual(own2['run'], own1['run'])
  assert.deepEqual([rest2['caller'], rest2['run']], [rest1['caller'], own2['run']])
  assert.equal(await rig.metric('opend_edge_push_sockets'), 2)
  const resumed = await own.ask('resume', { run: own1['run'], streams: { '1:1_02318': before['seq'] } })
  assert.deepEqual(resumed['streams'], { '1:1_02318': { state: 'gone', replayed: 0 } })

  await rig.call('/api/admin/reload', {})
  await own.inbox.take('news of the link', isUp)
  await own.inbox.push('1:1_02318')
  await rest.inbox.push('1:1_00941')
  rig.opend.quote('02318', 41.5)
  await own.inbox.take(
    'the price',
    (message) => message['stream'] === '1:1_02318' && priceIn(message['data'] as Message) === 41.5,
  )
})
