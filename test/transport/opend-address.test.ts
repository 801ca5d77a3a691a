import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isExposed,
  type OpendAddress,
  opendAddressText,
  readOpendAddresses,
} from '../../src/transport/opend-address.ts'

function addressesOf(text: string): readonly OpendAddress[] {
  const problems: string[] = []
  const addresses = readOpendAddresses(text, problems)
  assert.deepEqual(problems, [], text)
  return addresses
}

function problemsOf(text: string | undefined): readonly string[] {
  const problems: string[] = []
  assert.deepEqual(readOpendAddresses(text, problems), [])
  return problems
}

const FORMS: readonly (readonly [string, OpendAddress])[] = [
  ['simulator:', { kind: 'simulator' }],
  ['connector:', { kind: 'connector' }],
  ['tcp://opend.lan:33333/', { kind: 'tcp', hostname: 'opend.lan', port: 33333 }],
  ['tcp://[::1]:11111', { kind: 'tcp', hostname: '[::1]', port: 11111 }],
  ['ws://127.0.0.1:33333', { kind: 'websocket', url: 'ws://127.0.0.1:33333/' }],
  ['wss://opend.example.com/a?b=c', { kind: 'websocket', url: 'wss://opend.example.com/a?b=c' }],
  ['vpc://OPEND_NET/127.0.0.1:11111', { kind: 'vpc', binding: 'OPEND_NET', hostname: '127.0.0.1', port: 11111 }],
]

for (const [text, address] of FORMS) {
  test(`${text} is a way to OpenD, and is shown so that it reads the same`, () => {
    assert.deepEqual(addressesOf(text), [address])
    assert.deepEqual(addressesOf(opendAddressText(address)), [address])
  })
}

test('several addresses keep their order, which is that of failover', () => {
  assert.deepEqual(
    addressesOf(
      FORMS.slice(0, 4)
        .map(([text]) => text)
        .join(' , '),
    ),
    FORMS.slice(0, 4).map(([, address]) => address),
  )
})

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['host:11111', /^OPEND_URL must be tcp:\/\/host:port, connector:/],
  ['tcp://host', /^OPEND_URL must be tcp:\/\/host:port with nothing/],
  ['tcp://user:secret@host:1', /^OPEND_URL must be tcp:\/\/host:port with nothing/],
  ['https://host', /^OPEND_URL has an http scheme: write ws/],
  ['ws://u:p@host', /^OPEND_URL must be ws:/],
  ['vpc://net', /^OPEND_URL must be vpc:\/\/BINDING\/host:port/],
  ['vpc://a-b/host:1', /^OPEND_URL must be vpc:/],
  ['vpc://NET/host', /^OPEND_URL must be vpc:/],
  ['connector:,tcp://host', /^OPEND_URL, address 2 must be tcp:/],
  ['connector:,', /^OPEND_URL, address 2 must be/],
  ['tcp://a:1,tcp://a:1', /lists an address twice/],
  ['tcp://a:1,tcp://a:2,tcp://a:3,tcp://a:4,tcp://a:5', /lists 5 addresses: list at most 4/],
  ['', /^OPEND_URL is not set/],
]

for (const [text, expected] of WRONG) {
  test(`${JSON.stringify(text)} is refused in one sentence that does not repeat it`, () => {
    const problems = problemsOf(text)
    assert.equal(problems.length, 1)
    assert.match(problems.join(), expected)
    assert.doesNotMatch(problems.join(), /secret/)
  })
}

test('a link is exposed only where others can read it', () => {
  const exposed = (text: string, hasKey = false) => addressesOf(text).map((address) => isExposed(address, hasKey))[0]
  for (const text of ['tcp://opend.lan:1', 'ws://opend.lan/', 'tcp://127.0.0.1.example.com:1']) {
    assert.equal(exposed(text), true, text)
  }
  const safe = ['tcp://127.0.0.1:1', 'tcp://localhost:1', 'tcp://[::1]:1', 'wss://opend.lan/', 'ws://127.0.0.1:1/']
  for (const text of [...safe, 'connector:', 'simulator:', 'vpc://NET/opend.lan:1']) {
    assert.equal(exposed(text), false, text)
  }
  assert.equal(exposed('tcp://opend.lan:1', true), false)
})
