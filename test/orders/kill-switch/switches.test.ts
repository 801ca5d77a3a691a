import assert from 'node:assert/strict'
import { test } from 'node:test'
import { haltFailure, haltOver, type HaltScope, Switches } from '../../../src/orders/kill-switch/switches.ts'
import { Rng } from '../simulation/rng.ts'
import { Disk } from '../simulation/disk.ts'
import { StoredSwitches } from '../simulation/stored-tables.ts'
import { VirtualClock } from '../simulation/virtual-clock.ts'

const OWN: HaltScope = { kind: 'caller', caller: 'key:a' }

/** Switches over a storage that fails while `disk.doesFail`. */
function switches() {
  const clock = new VirtualClock()
  const volume = new Disk(clock, new Rng(1)).open()
  const disk = { doesFail: false, failures: 0 }
  class Store extends StoredSwitches {
    override halts() {
      if (disk.doesFail) throw new Error('the disk is gone')
      return super.halts()
    }
  }
  const mayAct = (): boolean => {
    if (disk.doesFail) throw new Error('the disk is gone')
    return true
  }
  const open = (): Switches =>
    new Switches({
      store: new Store(volume, mayAct),
      nowMs: () => clock.wallMs(),
      onStorageFailure: () => void disk.failures++,
    })
  return { disk, open }
}

test('halts are restored with the right to end them', () => {
  const { open } = switches()
  const before = open()
  before.halt(OWN, false)
  before.halt({ kind: 'account', accId: '5' }, true)
  before.halt({ kind: 'account', accId: '5' }, false)
  const after = open()
  assert.deepEqual([after.haltOf(OWN), after.haltOf({ kind: 'account', accId: '5' })], ['caller', 'admin'])
  assert.deepEqual(haltOver(after, ['key:b'], '5'), { kind: 'account', accId: '5' })
  after.resume(OWN)
  assert.equal(open().haltOf(OWN), null)
})

test('while the stored halts cannot be read, everything counts as halted', () => {
  const { disk, open } = switches()
  open().halt(OWN, true)
  disk.doesFail = true
  const after = open()
  assert.deepEqual([haltOver(after, ['key:b'], '7'), disk.failures], [{ kind: 'all' }, 1])
  after.halt({ kind: 'account', accId: '5' }, true)
  disk.doesFail = false
  assert.equal(after.retryWrites(), true)
  assert.deepEqual([haltOver(after, ['key:b'], '7'), after.haltOf(OWN), after.isStored], [null, 'admin', true])
  assert.equal(open().haltOf({ kind: 'account', accId: '5' }), 'admin', 'what was halted meanwhile is stored')
})

test('a halt that was ended while the storage failed does not come back', () => {
  const { disk, open } = switches()
  const one = open()
  one.halt(OWN, true)
  disk.doesFail = true
  one.resume(OWN)
  assert.deepEqual([one.haltOf(OWN), one.isStored], [null, false])
  disk.doesFail = false
  one.retryWrites()
  assert.equal(open().haltOf(OWN), null)
})

test('the refusal of an order states who can end the halt', () => {
  const one = switches().open()
  const textOf = (scope: HaltScope): string => haltFailure(one, scope).text
  one.halt(OWN, false)
  assert.match(textOf(OWN), /by the key itself; POST \/api\/trading\/resume with this key ends the halt$/)
  one.halt(OWN, true)
  assert.match(
    textOf(OWN),
    /for this key, by an administrator; only an administrator can end the halt, with POST \/api\/trading\/resume$/,
  )
  for (const scope of [{ kind: 'all' }, { kind: 'account', accId: '5' }] as const) {
    one.halt(scope, true)
    assert.match(textOf(scope), /(?:for all keys|on account 5), by an administrator; only an administrator can end/)
  }
})

test('the list of halts has every halt in force, and a halt of everything while the stored ones cannot be read', () => {
  const { disk, open } = switches()
  const account: HaltScope = { kind: 'account', accId: '5' }
  const one = open()
  one.halt(OWN, false)
  one.halt(account, true)
  const sinceMs = one.halts()[0]?.sinceMs
  assert.deepEqual(one.halts(), [
    { scope: OWN, isByAdmin: false, sinceMs },
    { scope: account, isByAdmin: true, sinceMs },
  ])
  disk.doesFail = true
  const unread = open()
  assert.deepEqual(unread.halts(), [{ scope: { kind: 'all' }, isByAdmin: true, sinceMs }])
  unread.halt({ kind: 'all' }, true)
  assert.equal(unread.halts().length, 1)
  disk.doesFail = false
  unread.retryWrites()
  assert.equal(unread.halts().length, 3)
})
