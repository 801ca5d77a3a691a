import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PushRig } from './push-rig.ts'
import type { Message } from './socket-client.ts'

/** Every message of a client has its answer, in the order in which the messages came, and none takes the socket down. */

let rig: PushRig

before(async () => {
  rig = await PushRig.start()
})
after(() => rig.close())

const SOME = { symbols: ['HK.00700'], types: ['Basic'] }

test('every operation is answered', async () => {
  const client = await rig.socket()
  const streams = async (op: string, members: object): Promise<readonly string[]> => {
    const reply = await client.ask(op, members)
    assert.deepEqual([reply['op'], reply['ok']], [op, true], JSON.stringify(reply))
    return reply['streams'] as readonly string[]
  }
  const first = await streams('subscribe', SOME)
  assert.deepEqual(first.toSorted(), ['1:1_00700', 'notify', 'reminders'])
  const accId = '281756479345015383'
  assert.ok((await streams('accounts', { acc_id_list: [accId] })).includes(`orders:${accId}`))
  assert.ok(!(await streams('unsubscribe', SOME)).includes('1:1_00700'))
  assert.ok(!(await streams('accounts', { acc_id_list: [] })).includes(`orders:${accId}`))
  assert.ok(!(await streams('unsubscribe', { all: true })).includes('1:1_00700'))

  assert.equal(typeof (await client.ask('ping'))['at_ms'], 'number')
  const { run } = await client.inbox.type('hello')
  const resumed = await client.ask('resume', { run, streams: { '1:1_00005': 7 } })
  assert.deepEqual(resumed['streams'], { '1:1_00005': { state: 'waits', replayed: 0 } })
})

test('what cannot be read is refused with the reason, and the socket goes on', async () => {
  const client = await rig.socket()
  const refusals: readonly (readonly [string | Buffer, string, string])[] = [
    ['{"op":', 'request.malformed_json', ''],
    ['[]', 'request.invalid_value', 'body'],
    ['{"id":1}', 'request.missing_field', 'op'],
    ['{"op":"buy","id":2}', 'request.invalid_value', 'op'],
    ['{"op":"subscribe","symbols":["HK.00700"],"types":["Basics"]}', 'request.invalid_value', 'types[0]'],
    ['{"op":"subscribe","symbols":["HK.00700"]}', 'request.missing_field', 'sub_type_list'],
    ['{"op":"subscribe","symbols":["HK.00700"],"types":["Basic"],"colour":1}', 'request.unknown_field', 'colour'],
    ['{"op":"accounts","acc_id_list":["1"]}', 'trade.unknown_account', ''],
    ['{"op":"subscribe","symbols":["HK.99999"],"types":["Basic"]}', 'opend.refused', ''],
    [Buffer.from('{"op":"ping"}'), 'request.invalid_value', 'message'],
    [`{"op":"ping","id":"${'x'.repeat(70_000)}"}`, 'request.too_large', ''],
  ]
  for (const [text, code, path] of refusals) {
    client.socket.send(text)
    const reply: Message = await client.inbox.type('reply')
    assert.deepEqual([reply['ok'], reply['code'], reply['path'] ?? ''], [false, code, path], JSON.stringify(reply))
    assert.equal(typeof reply['error'], 'string')
  }
  assert.equal((await client.ask('ping'))['ok'], true)
})

test('a refused subscription names the securities that caused it, as over REST', async () => {
  const client = await rig.socket()
  const symbols = ['HK.00700', 'US.AAPL251121C200000', 'HK.99999']
  const reply = await client.ask('subscribe', { symbols, types: ['Basic'] })
  assert.equal(reply['code'], 'opend.refused', JSON.stringify(reply))
  assert.deepEqual(reply['expired'], ['US.AAPL251121C200000'])
  const alone = await client.ask('subscribe', { symbols: ['HK.00700', 'HK.99999'], types: ['Basic'] })
  assert.deepEqual([alone['securities'], alone['expired']], [['HK.99999'], []])
})

test('replies come in the order of the messages, and a flood of them is bounded', async () => {
  const client = await rig.socket()
  for (let id = 1; id <= 300; id++)
    client.send({ op: id % 3 === 0 ? 'ping' : 'subscribe', id, ...(id % 3 === 0 ? {} : SOME) })
  const replies: Message[] = []
  for (let id = 1; id <= 300; id++) replies.push(await client.inbox.type('reply'))
  const served = replies.filter(({ ok }) => ok === true).map(({ id }) => Number(id))
  assert.deepEqual(
    served,
    served.toSorted((one, other) => one - other),
  )
  assert.deepEqual(new Set(replies.map(({ id }) => id)).size, 300, 'each is answered once')
  for (const { ok, code } of replies) assert.equal(ok === true || code === 'gateway.busy', true, String(code))
  assert.equal((await client.ask('ping'))['ok'], true)
})

test('the bare word ping is answered by the platform', async () => {
  const client = await rig.socket()
  const { promise, resolve } = Promise.withResolvers<string>()
  client.socket.removeAllListeners('message')
  client.socket.on('message', (data) => {
    if (data.toString() === 'pong') resolve('pong')
  })
  client.send('ping')
  assert.equal(await promise, 'pong')
})
