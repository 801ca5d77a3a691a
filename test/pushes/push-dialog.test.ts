import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_WAITING_MESSAGES_CHARS } from '../../src/base/memory-budget.ts'
import { MAX_MESSAGE_CHARS, readClientMessage } from '../../src/pushes/messages/client-message.ts'
import { PushDialog } from '../../src/pushes/push-dialog.ts'
import { PushHub } from '../../src/pushes/push-hub.ts'
import type { PushSocket } from '../../src/pushes/push-socket.ts'

const OPTIONS = { caller: null, network: '', openedAtMs: 0, form: 'json', isBatched: false, conflateMs: 0 } as const

function socket(number: number): PushSocket {
  return { id: `ws:${number}`, facts: { number, ...OPTIONS }, send: () => {}, close: () => {} }
}

/** A dialog that answers pings, with the replies of each socket. */
class DialogRig {
  readonly dialog: PushDialog
  readonly replies = new Map<string, object[]>()

  constructor() {
    const unused = (): never => assert.fail('a ping needs nothing else')
    this.dialog = new PushDialog({
      nowMs: () => 0,
      hub: new PushHub({ runId: 'run', send: () => {}, close: () => {}, flushBy: () => {} }),
      quotes: unused,
      send: ({ id }, message) => this.replies.set(id, [...(this.replies.get(id) ?? []), message]),
      identify: unused,
      onAuthenticated: unused,
      onError: unused,
    })
  }

  ping(one: PushSocket, chars: number): void {
    this.dialog.onMessage(one, readClientMessage('{"op":"ping"}'), chars)
  }

  /** How many messages of a socket were answered with success, and how many were refused. */
  async outcome(one: PushSocket): Promise<readonly [number, number]> {
    await new Promise((resolve) => setImmediate(resolve))
    const replies = (this.replies.get(one.id) ?? []).map((reply) => JSON.stringify(reply))
    const refused = replies.filter((reply) => reply.includes('gateway.busy')).length
    return [replies.length - refused, refused]
  }
}

test('messages that wait are bounded in length over all sockets, and their places come free again', async () => {
  const rig = new DialogRig()
  const sockets = Array.from({ length: MAX_WAITING_MESSAGES_CHARS / MAX_MESSAGE_CHARS }, (_, number) => socket(number))
  const late = socket(1_000)
  for (const one of [...sockets, late]) rig.dialog.begin(one.id)
  for (const one of sockets) rig.ping(one, MAX_MESSAGE_CHARS)
  rig.ping(late, 1)
  assert.deepEqual(await rig.outcome(late), [0, 1])
  for (const one of sockets) assert.deepEqual(await rig.outcome(one), [1, 0])
  rig.ping(late, MAX_MESSAGE_CHARS)
  assert.deepEqual(await rig.outcome(late), [1, 1])
})

test('messages of one socket that wait are no longer than the largest message, or one that is too long alone', async () => {
  const rig = new DialogRig()
  const [flood, other] = [socket(1), socket(2)]
  for (const one of [flood, other]) rig.dialog.begin(one.id)
  for (let half = 0; half < 3; half++) rig.ping(flood, MAX_MESSAGE_CHARS / 2)
  rig.ping(other, MAX_MESSAGE_CHARS + 1)
  assert.deepEqual(await rig.outcome(flood), [2, 1])
  assert.deepEqual(await rig.outcome(other), [1, 0])
})

test('so many short messages of one socket wait, and no more', async () => {
  const rig = new DialogRig()
  const one = socket(1)
  rig.dialog.begin(one.id)
  for (let count = 0; count < 70; count++) rig.ping(one, 13)
  assert.deepEqual(await rig.outcome(one), [64, 6])
})
