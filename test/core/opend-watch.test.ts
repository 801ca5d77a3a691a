import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GtwEventType, NotifyType, ProgramStatusType, QotRight } from '../../proto/enums.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../src/simulator/trading/unlock.ts'
import { CoreRig } from './gateway-rig.ts'
import { PAPER_ACCOUNT, REAL_ACCOUNT, SimulatedRig } from './simulated-rig.ts'

test('before the link is up nothing is claimed, and each unknown has its reason', () => {
  const { watch, opend } = new CoreRig().gateway
  assert.deepEqual(watch.view, {
    quoteRights: { rights: null, asOfMs: null, reason: 'The link to OpenD has not been up.' },
    tradeLock: { isUnlocked: null, asOfMs: null, evidence: 'No call has shown it since the gateway object started.' },
    lastPushes: {},
    notices: [],
  })
  assert.equal(opend.session.login.state, null)
})

test('with the link the login and the quote rights are known as OpenD gives them', async () => {
  const { gateway, core } = await SimulatedRig.up()
  const { rights, asOfMs, reason } = gateway.watch.view.quoteRights
  assert.deepEqual([rights?.['hk'], rights?.['us_option'], rights?.['us_cme_future']], ['Level2', 'Level1', 'Level2'])
  assert.equal(reason, null)
  assert.ok(asOfMs !== null && asOfMs <= core.clock.wallMs())
  assert.deepEqual(gateway.opend.session.login.state, { quote: true, trade: true, program: ProgramStatusType.Ready })
})

test('an account that logs in elsewhere shows as such, in the notices and in the login', async () => {
  const rig = await SimulatedRig.up()
  await rig.change((opend) => opend.setLogin('kicked'))
  const { notices } = rig.gateway.watch.view
  assert.deepEqual(
    new Set(notices.map(({ type, what }) => `${type} ${what}`)),
    new Set(['GtwEvent KickedOut', 'ProgramStatus ForceLogout', 'ConnStatus LoggedOut']),
  )
  assert.ok(notices.every(({ atMs }) => atMs <= rig.core.clock.wallMs()))
  const { state } = rig.gateway.opend.session.login
  assert.deepEqual(state, { quote: false, trade: false, program: ProgramStatusType.ForceLogout })
})

test('a login that needs a code shows as such', async () => {
  const rig = await SimulatedRig.up()
  await rig.change((opend) =>
    opend.notify({
      type: NotifyType.GtwEvent,
      event: { eventType: GtwEventType.NeedPhoneVerifyCode, desc: 'enter the code of the phone' },
    }),
  )
  const [notice] = rig.gateway.watch.view.notices
  assert.deepEqual([notice?.what, notice?.text], ['NeedPhoneVerifyCode', 'enter the code of the phone'])
})

test('quote rights that another terminal takes are the rights that are shown', async () => {
  const rig = await SimulatedRig.up()
  const none = { hkQotRight: QotRight.Bmp, usQotRight: QotRight.No, cnQotRight: QotRight.No }
  await rig.change((opend) => opend.notify({ type: NotifyType.QotRight, qotRight: none }))
  assert.deepEqual(rig.gateway.watch.view.quoteRights.rights, { hk: 'Bmp', us: 'No', cn: 'No' })
})

test('without the link the rights and the lock are unknown again, whatever they were', async () => {
  const rig = await SimulatedRig.up()
  await rig.unlock(true, DEFAULT_PASSWORD_MD5)
  await rig.change((opend) => opend.closeAll('restart', rig.core.clock.trueMs()))
  const { quoteRights, tradeLock } = rig.gateway.watch.view
  assert.deepEqual([quoteRights.rights, tradeLock.isUnlocked], [null, null])
  assert.match(`${quoteRights.reason} ${tradeLock.evidence}`, /link to OpenD is down.*link was lost/)
  await rig.pass(5_000)
  assert.equal(rig.gateway.watch.view.quoteRights.rights?.['hk'], 'Level2')
  assert.equal(rig.gateway.watch.view.tradeLock.isUnlocked, null)
})

test('an OpenD that refuses the question leaves the rights unknown with its reason, until it answers', async () => {
  const rig = new SimulatedRig()
  rig.opend.setFaults([{ id: 1005, nth: 1, fault: { kind: 'rate-exceeded' } }])
  rig.gateway.start()
  await rig.pass(1_000)
  const { rights, asOfMs, reason } = rig.gateway.watch.view.quoteRights
  assert.deepEqual([rights, asOfMs], [null, null])
  assert.match(reason ?? '', /^OpenD refused: ./)
  rig.gateway.alarm()
  await rig.pass(1_000)
  assert.equal(rig.gateway.watch.view.quoteRights.rights?.['hk'], 'Level2')
})

test('the lock is known from what OpenD answered, and only from that', async () => {
  const rig = await SimulatedRig.up()
  const unlocked = (): boolean | null => rig.gateway.watch.view.tradeLock.isUnlocked
  await rig.place(PAPER_ACCOUNT)
  assert.equal(unlocked(), null, 'simulated accounts have no lock')
  await rig.unlock(true, 'f'.repeat(32))
  assert.equal(unlocked(), null, 'a wrong password shows nothing')
  await rig.place(REAL_ACCOUNT)
  assert.equal(unlocked(), false)
  assert.match(rig.gateway.watch.view.tradeLock.evidence, /refused an order call: .*unlock/i)
  await rig.unlock(true, DEFAULT_PASSWORD_MD5)
  assert.equal(unlocked(), true)
  await rig.unlock(false, DEFAULT_PASSWORD_MD5)
  assert.equal(unlocked(), false)
  await rig.unlock(true, DEFAULT_PASSWORD_MD5)
  await rig.place(REAL_ACCOUNT)
  assert.match(rig.gateway.watch.view.tradeLock.evidence, /accepted an order call/)
  await rig.change((opend) =>
    opend.notify({
      type: NotifyType.GtwEvent,
      event: { eventType: GtwEventType.TradePwdChanged, desc: '' },
    }),
  )
  assert.equal(unlocked(), null)
})

test('the time of the last push of each protocol is known', async () => {
  const rig = await SimulatedRig.up()
  assert.deepEqual(rig.gateway.watch.view.lastPushes, {})
  await rig.place(PAPER_ACCOUNT)
  const { Trd_UpdateOrder: atMs } = rig.gateway.watch.view.lastPushes
  assert.ok(atMs !== undefined && rig.core.clock.wallMs() - atMs <= 2_000)
})
