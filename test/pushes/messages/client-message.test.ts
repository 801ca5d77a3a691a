import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CLOSES } from '../../../src/pushes/messages/close-code.ts'
import { MAX_MESSAGE_CHARS, readClientMessage } from '../../../src/pushes/messages/client-message.ts'
import { gatewayMessage, helloMessage, replyTo, streamFacts } from '../../../src/pushes/messages/server-message.ts'

/** What a message is refused with. */
function refusal(message: object | string): object {
  const read = readClientMessage(typeof message === 'string' ? message : JSON.stringify(message))
  assert.ok(!read.message.ok)
  return read.message.failure
}

/** What a message means. */
function meaning(message: object | string): object {
  const read = readClientMessage(typeof message === 'string' ? message : JSON.stringify(message))
  assert.ok(read.message.ok)
  return read.message.value
}

test('a subscription is what REST takes, with the operation for its flags', () => {
  const c2s = {
    securityList: [
      { market: 1, code: '00700' },
      { market: 11, code: 'AAPL' },
    ],
    subTypeList: [1, 4],
    isSubOrUnSub: true,
    isRegOrUnRegPush: true,
  }
  const symbols = ['HK.00700', 'US.AAPL']
  const noRehab = { regPushRehabTypeList: [] }
  for (const members of [
    { symbols, types: ['Basic', 'Ticker'] },
    { symbols, sub_type_list: [1, 4], is_sub_or_un_sub: true, is_reg_or_un_reg_push: true },
    { c2s: { security_list: c2s.securityList, subTypeList: [1, 4] } },
  ]) {
    assert.deepEqual(meaning({ op: 'subscribe', id: 7, ...members }), { op: 'subscribe', c2s: { ...c2s, ...noRehab } })
  }
  assert.deepEqual(meaning({ op: 'unsubscribe', symbols, types: [1, 4] }), {
    op: 'unsubscribe',
    c2s: { ...c2s, ...noRehab, isSubOrUnSub: false, isRegOrUnRegPush: false },
  })
})

test('a symbol of another form is refused with the one that is meant', () => {
  const failure = refusal({ op: 'subscribe', symbols: ['HK.00700', '00700.HK'], types: ['QUOTE'] })
  assert.ok('path' in failure && 'expected' in failure)
  assert.equal(failure.path, 'symbols[1]')
  assert.match(String(failure.expected), /; did you mean HK\.00700\?$/)
})

test('all ends all', () => {
  for (const members of [{ all: true }, { is_unsub_all: true }]) {
    const message = meaning({ op: 'unsubscribe', ...members })
    assert.ok('c2s' in message)
    assert.deepEqual(message.c2s, {
      securityList: [],
      subTypeList: [],
      isSubOrUnSub: false,
      isRegOrUnRegPush: false,
      regPushRehabTypeList: [],
      isUnsubAll: true,
    })
  }
})

test('a subscription that contradicts its operation, or asks for nothing, is refused with the place', () => {
  const good = { op: 'subscribe', symbols: ['HK.00700'], types: [1] }
  for (const [change, code, path] of [
    [{ is_sub_or_un_sub: false }, 'request.invalid_value', 'is_sub_or_un_sub'],
    [{ is_reg_or_un_reg_push: false }, 'request.invalid_value', 'is_reg_or_un_reg_push'],
    [{ is_unsub_all: true }, 'request.invalid_value', 'is_unsub_all'],
    [{ all: true }, 'request.unknown_field', 'all'],
    [{ sub_type_list: [1] }, 'request.invalid_value', 'types'],
    [{ symbols: [] }, 'request.missing_field', 'security_list'],
    [{ types: undefined }, 'request.missing_field', 'sub_type_list'],
    [{ types: [99] }, 'request.invalid_value', 'types[0]'],
    [{ symbols: ['HK.00700', 'nonsense'] }, 'request.invalid_value', 'symbols[1]'],
    [{ first_push: true }, 'request.unknown_field', 'first_push'],
  ] as const) {
    const failure = refusal({ ...good, ...change })
    assert.deepEqual(
      { ...failure, expected: undefined, nearest: undefined },
      { code, path, expected: undefined, nearest: undefined },
    )
  }
  assert.deepEqual(refusal({ op: 'unsubscribe', all: false }), {
    code: 'request.missing_field',
    path: 'security_list',
    expected: 'a list with at least one element',
    others: [{ code: 'request.missing_field', path: 'sub_type_list', expected: 'a list with at least one element' }],
  })
})

test('all that is wrong with a message is named at once', () => {
  const paths = (message: object): readonly string[] => {
    const failure = refusal(message)
    assert.ok('path' in failure && 'others' in failure && Array.isArray(failure.others))
    return [failure.path, ...failure.others.map(({ path }) => String(path))].map(String)
  }
  assert.deepEqual(paths({ op: 'resume', runn: 1, streams: { a: -1, b: 0, c: 1.5 } }), [
    'runn',
    'streams.a',
    'streams.c',
    'run',
  ])
  assert.deepEqual(paths({ op: 'sub', id: [] }), ['op', 'id'])
  assert.deepEqual(paths({ op: 'subscribe', is_unsub_all: true, types: [1], sub_type_list: [1] }), [
    'types',
    'is_unsub_all',
  ])
  const [first, second] = ['n', 'm'].map((name) => ({ path: name, error: `${name}: unknown field` }))
  const read = readClientMessage('{"op":"ping","n":1,"m":1}')
  assert.ok(!read.message.ok)
  assert.deepEqual(JSON.parse(JSON.stringify(replyTo(read.op, read.id, read.message))), {
    type: 'reply',
    op: 'ping',
    ok: false,
    error: 'n: unknown field',
    code: 'request.unknown_field',
    path: 'n',
    problems: [first, second],
  })
})

test('accounts keep their digits, and an empty list is a list', () => {
  assert.deepEqual(meaning('{"op":"accounts","acc_id_list":[18446744073709551615,"281756"]}'), {
    op: 'accounts',
    accIds: [18446744073709551615n, 281756n],
  })
  assert.deepEqual(meaning({ op: 'accounts', acc_id_list: [] }), { op: 'accounts', accIds: [] })
  assert.match(JSON.stringify(refusal({ op: 'accounts' })), /"request\.missing_field","path":"acc_id_list"/)
  assert.match(JSON.stringify(refusal({ op: 'accounts', acc_id_list: [-1] })), /acc_id_list\[0\]/)
})

test('the small operations', () => {
  assert.deepEqual(meaning({ op: 'ping' }), { op: 'ping' })
  assert.deepEqual(meaning({ op: 'pong', n: 3 }), { op: 'pong', n: 3 })
  assert.deepEqual(meaning({ op: 'auth', token: 'fc_1' }), { op: 'auth', token: 'fc_1' })
  const resume = meaning('{"op":"resume","run":"r","streams":{"1:1_00700":17,"__proto__":0}}')
  assert.deepEqual(resume, {
    op: 'resume',
    runId: 'r',
    lastSeqs: new Map([
      ['1:1_00700', 17],
      ['__proto__', 0],
    ]),
  })
  for (const [message, path] of [
    [{ op: 'pong' }, 'n'],
    [{ op: 'pong', n: 1.5 }, 'n'],
    [{ op: 'pong', n: 0 }, 'n'],
    [{ op: 'ping', n: 1 }, 'n'],
    [{ op: 'resume', run: 1, streams: {} }, 'run'],
    [{ op: 'resume', run: 'r' }, 'streams'],
    [{ op: 'resume', run: 'r', streams: [] }, 'streams'],
    [{ op: 'resume', run: 'r', streams: { '1:1_00700': -1 } }, 'streams["1:1_00700"]'],
    [{ op: 'auth', token: 1 }, 'token'],
    [{ op: 'auth', token: '' }, 'token'],
    [{ op: 'auth' }, 'token'],
  ] as const) {
    const failure = refusal(message)
    assert.ok('path' in failure)
    assert.equal(failure.path, path)
  }
})

test('an unknown operation is told which there are, and an id that comes with a refusal is known', () => {
  const { op, id, message } = readClientMessage('{"op":"sub","id":"x1"}')
  assert.deepEqual([op, id], [null, 'x1'])
  assert.deepEqual(message, {
    ok: false,
    failure: {
      code: 'request.invalid_value',
      path: 'op',
      expected: 'one of subscribe, unsubscribe, accounts, ping, pong, resume, auth',
    },
  })
  assert.deepEqual(readClientMessage('{"op":"pong","id":3}').id, 3)
  assert.match(JSON.stringify(refusal({ id: 1 })), /missing_field.*"op"/)
  assert.match(JSON.stringify(refusal({ op: 'toString' })), /invalid_value/)
  assert.match(JSON.stringify(refusal('[]')), /"body"/)
  assert.match(JSON.stringify(refusal('{"op":"ping"')), /malformed_json/)
  for (const wrong of [
    '{"op":"ping","id":{}}',
    `{"op":"ping","id":"${'x'.repeat(65)}"}`,
    '{"op":"ping","id":99999999999999999999}',
  ]) {
    assert.match(JSON.stringify(refusal(wrong)), /"path":"id"/)
  }
})

test('a message over 64 KiB is refused unread', () => {
  const long = JSON.stringify({ op: 'ping', id: 'x' }).padEnd(MAX_MESSAGE_CHARS)
  assert.deepEqual(meaning(long), { op: 'ping' })
  assert.deepEqual(refusal(`${long} `), { code: 'request.too_large', limitBytes: MAX_MESSAGE_CHARS })
})

test('a token is in no refusal, wherever it was put', () => {
  const token = `fc_${'5ec2e7'.repeat(10)}`
  fc.assert(
    fc.property(
      fc.constantFrom('token', 'Token', token, 'id2', 'op2', 'n'),
      fc.constantFrom<unknown>(token, [token], { token }, { [token]: 1 }),
      fc.constantFrom('auth', token, 'ping', 'pong'),
      (name, value, op) => {
        const read = readClientMessage(JSON.stringify({ op, [name]: value, id: 1 }))
        if (read.message.ok || (op !== 'auth' && name === token)) return
        assert.ok(!JSON.stringify(replyTo(read.op, read.id, read.message)).includes('5ec2e7'))
      },
    ),
  )
  assert.ok(!JSON.stringify(readClientMessage(`{"op":"auth","token":"${token}`).message).includes('5ec2e7'))
})

test('whatever is sent, reading it does not throw', () => {
  const op = fc.constantFrom('subscribe', 'unsubscribe', 'accounts', 'ping', 'pong', 'resume', 'auth')
  const name = fc.constantFrom(
    'symbols',
    'types',
    'all',
    'acc_id_list',
    'n',
    'run',
    'streams',
    'token',
    'c2s',
    '__proto__',
  )
  fc.assert(
    fc.property(op, fc.dictionary(name, fc.jsonValue({ maxDepth: 3 })), (chosen, members) => {
      readClientMessage(JSON.stringify({ op: chosen, ...members }))
    }),
  )
})

test('a reply repeats op and id, and says what an error body of REST says', () => {
  assert.deepEqual(replyTo('subscribe', 'x1', { ok: true, facts: streamFacts(['1:1_00700'], new Map()) }), {
    type: 'reply',
    op: 'subscribe',
    id: 'x1',
    ok: true,
    streams: ['1:1_00700'],
  })
  const resumed = new Map([['4:1_00700', { state: 'resumed', replayed: 2 } as const]])
  assert.deepEqual(streamFacts([], resumed), {
    streams: [],
    resumed: { '4:1_00700': { state: 'resumed', replayed: 2 } },
  })
  const read = readClientMessage('{"op":"pong","id":0}')
  assert.ok(!read.message.ok)
  assert.deepEqual(JSON.parse(JSON.stringify(replyTo(read.op, read.id, read.message))), {
    type: 'reply',
    op: 'pong',
    id: 0,
    ok: false,
    error: 'n: required field is missing, expected the n of a ping',
    code: 'request.missing_field',
    path: 'n',
  })
  const nameless = replyTo(null, null, { ok: false, failure: { code: 'request.too_large', limitBytes: 1 } })
  assert.ok(!('op' in nameless) && !('id' in nameless))
})

test('hello and gateway messages', () => {
  const hello = {
    runId: 'r',
    caller: 'kh_1',
    heartbeatSeconds: 30,
    form: 'json',
    isBatched: true,
    conflateMs: 50,
  } as const
  assert.deepEqual(helloMessage({ ...hello, nowMs: 5 }), {
    type: 'hello',
    run: 'r',
    caller: 'kh_1',
    heartbeat_s: 30,
    body: 'json',
    batch: true,
    conflate_ms: 50,
    at_ms: 5,
  })
  assert.deepEqual(gatewayMessage(false, 5), { type: 'gateway', up: false, at_ms: 5 })
})

test('every close code may be sent, and its reason has room in a close frame', () => {
  for (const { code, reason } of Object.values(CLOSES)) {
    assert.ok([1000, 1013].includes(code) || (code >= 4000 && code <= 4999))
    assert.ok(Buffer.byteLength(reason) <= 123)
  }
})
