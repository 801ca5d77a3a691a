import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HaltScope } from '../../../src/orders/kill-switch/switches.ts'
import { SwitchRig } from './switch-rig.ts'

const TYPO: HaltScope = { kind: 'account', accId: '7' }

function haltTypo(rig: SwitchRig) {
  const by = { isByAdmin: true, caller: 'key:admin', requestId: 'r9' }
  return rig.done(rig.service.killSwitch.halt({ scope: TYPO, cancelsOpenOrders: true, includesForeign: true, ...by }))
}

test('a halt of an account outside the login is refused and not in force', async () => {
  const rig = new SwitchRig()
  rig.onAccounts = async () => new Map([[1n, 'simulate']])
  assert.deepEqual(await haltTypo(rig), { ok: false, failure: { code: 'trade.unknown_account', accId: '7' } })
  assert.deepEqual(rig.service.killSwitch.report(), { halts: [], tasks: [], isStored: true })
})

test('an account is halted also when OpenD cannot confirm that it exists', async () => {
  const failure = { code: 'gateway.not_ready', detail: '', retryInMs: null } as const
  for (const break_ of [
    (rig: SwitchRig) => void (rig.isLinkUp = false),
    (rig: SwitchRig) => void (rig.onAccounts = async () => failure),
    (rig: SwitchRig) => void (rig.onAccounts = () => new Promise(() => undefined)),
  ]) {
    const rig = new SwitchRig()
    break_(rig)
    assert.equal((await haltTypo(rig)).ok, true)
    assert.deepEqual(
      rig.service.killSwitch.report().halts.map(({ scope }) => scope),
      [TYPO],
    )
    assert.equal(rig.service.killSwitch.report().tasks.length, rig.isLinkUp ? 0 : 1)
  }
})

test('a halt is in force while the account list is read, and an earlier one stays in force', async () => {
  const rig = new SwitchRig()
  const listed = Promise.withResolvers<ReadonlyMap<bigint, 'simulate'>>()
  rig.isLinkUp = false
  await haltTypo(rig)
  rig.isLinkUp = true
  rig.onAccounts = () => listed.promise
  const by = { isByAdmin: true, caller: 'key:admin', requestId: 'r9', cancelsOpenOrders: false, includesForeign: false }
  const other: HaltScope = { kind: 'account', accId: '8' }
  const halts = [
    rig.service.killSwitch.halt({ scope: TYPO, ...by }),
    rig.service.killSwitch.halt({ scope: other, ...by }),
  ]
  assert.equal(rig.service.killSwitch.report().halts.length, 2)
  listed.resolve(new Map([[1n, 'simulate']]))
  for (const halted of await rig.done(Promise.all(halts))) assert.equal(halted.ok, false)
  assert.deepEqual(
    rig.service.killSwitch.report().halts.map(({ scope }) => scope),
    [TYPO],
  )
})
