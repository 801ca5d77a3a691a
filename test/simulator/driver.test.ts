import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OpendDriver, type DrivenConnection } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { nativeCrypto, sha1 } from '../../src/transport/native-crypto.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { encodeFrame } from '../../src/wire/frame.ts'

const FRIDAY_MORNING_MS = Date.UTC(2026, 10, 20, 2)

const INIT = encodeMessage('InitConnect.Request', {
  c2s: { clientVer: 1, clientID: 'x', recvNotify: true, packetEncAlgo: -1 },
})
const KEEP_ALIVE = encodeMessage('KeepAlive.Request', { c2s: { time: 1n } })

function frame(protoId: number, serial: number, body: Uint8Array): Uint8Array {
  return encodeFrame({ protoId, serial }, body, sha1(body))
}

/** A driver on a clock that stands still, and what happens around it, in order. */
function drive(afterEvent: () => void, onReply: (connection: DrivenConnection, protoId: number) => void = () => {}) {
  const happened: string[] = []
  const opend = new SimulatedOpenD({ seed: 1, crypto: nativeCrypto })
  const time = { nowMs: () => FRIDAY_MORNING_MS, after: () => () => {} }
  const driver = new OpendDriver(opend, time, () => {
    happened.push('stored')
    afterEvent()
  })
  const deframer = new Deframer()
  const connection: DrivenConnection | null = driver.open('tcp', {
    send: (bytes) => {
      for (const { header } of deframer.push(bytes).frames) {
        happened.push(`${header.protoId}/${header.serial}`)
        if (connection !== null) onReply(connection, header.protoId)
      }
    },
    close: () => happened.push('closed'),
  })
  assert.ok(connection !== null)
  happened.length = 0
  return { driver, connection, happened }
}

test('the effects of an event are stored before its output is sent, in every kind of event', () => {
  const { driver, connection, happened } = drive(() => {})
  connection.receive(frame(1001, 1, INIT))
  assert.deepEqual(happened.splice(0), ['stored', '1001/1'])
  driver.change((opend) => opend.setLogin('lost'))
  assert.deepEqual(happened.splice(0), ['stored', '1003/0'])
  driver.cutAll('test')
  assert.deepEqual(happened.splice(0), ['stored', 'closed'])
})

test('when the effects cannot be stored, nothing of the event is sent, then or later', () => {
  let isBroken = false
  const { driver, connection, happened } = drive(() => {
    if (isBroken) throw new Error('the disk is full')
  })
  connection.receive(frame(1001, 1, INIT))
  happened.length = 0
  isBroken = true
  assert.throws(() => connection.receive(frame(1004, 2, KEEP_ALIVE)), /the disk is full/)
  isBroken = false
  driver.change((opend) => opend.setLogin('lost'))
  assert.deepEqual(happened, ['stored', 'stored', '1003/0'])
})

test('a call that a client makes as it receives output is answered after the rest of that output', () => {
  const again = (connection: DrivenConnection, protoId: number): void => {
    if (protoId === 1001) connection.receive(frame(1004, 9, KEEP_ALIVE))
  }
  const { connection, happened } = drive(() => {}, again)
  connection.receive(Buffer.concat([frame(1001, 1, INIT), frame(1004, 2, KEEP_ALIVE), frame(1004, 3, KEEP_ALIVE)]))
  assert.deepEqual(happened, ['stored', '1001/1', 'stored', '1004/2', '1004/3', '1004/9'])
})
