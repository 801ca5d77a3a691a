import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DoctorCheck } from '../../src/http/admin/doctor.ts'
import { keyRig } from './rig.ts'

/** The states of the checks of a gateway by name, and whether the answer as a whole is right. */
async function doctor(rig: ReturnType<typeof keyRig>) {
  const body = (await (await rig.send('GET /api/admin/doctor')).json()) as {
    readonly ok: boolean
    readonly checks: readonly DoctorCheck[]
  }
  return { ok: body.ok, checks: new Map(body.checks.map((check) => [check.name, check])) }
}

test('what nothing has shown yet is unknown, and not wrong', async () => {
  const { ok, checks } = await doctor(keyRig(['admin']))
  assert.equal(ok, true)
  assert.equal(checks.get('link')?.state, 'right')
  assert.equal(checks.get('unlock')?.state, 'unknown')
})

test('each fault is wrong under its own name, with what to do', async () => {
  const faults = [
    ['link', { stage: 'waiting' }],
    ['link', { stage: 'parked' }],
    ['login', { loggedIn: { quote: true, trade: false, program: null } }],
    ['unlock', { tradeLock: { isUnlocked: false, asOfMs: 0, evidence: 'OpenD refused an order.' } }],
    ['storage', { storageFailure: { sinceMs: 0, detail: 'disk is full' } }],
    ['orders', { unknownOrders: 2 }],
  ] as const
  for (const [name, fault] of faults) {
    const rig = keyRig(['admin'])
    rig.gateway.status_ = { ...rig.gateway.status_, ...fault }
    const { ok, checks } = await doctor(rig)
    assert.equal(ok, false, name)
    const wrong = [...checks.values()].filter(({ state }) => state === 'wrong')
    assert.deepEqual([wrong.map((check) => check.name), typeof wrong[0]?.remedy], [[name], 'string'])
  }
})
