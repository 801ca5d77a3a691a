import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayMetrics } from '../../durable-objects/gateway-metrics.ts'
import { gatewayStatus } from '../../durable-objects/gateway-status.ts'
import { CALLS } from '../../src/calls.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { CoreRig } from '../core/gateway-rig.ts'
import { PAPER_ACCOUNT, SimulatedRig } from '../core/simulated-rig.ts'

/** The series of a metric as `labels value`. */
function seriesOf({ gateway, clock }: Pick<CoreRig, 'gateway' | 'clock'>, name: string): readonly string[] {
  const samples = [...gatewayMetrics(gateway, 0, clock.wallMs()), ...gateway.metrics()]
  return samples
    .filter((sample) => sample.name === name)
    .flatMap(({ values }) => values.map(({ labels, value }) => `${Object.values(labels).join()} ${value}`.trim()))
}

test('a login that is not known has no series, and is not reported as one that ended', async () => {
  const rig = new CoreRig()
  rig.gateway.start()
  assert.deepEqual(seriesOf(rig, 'opend_edge_gateway_logged_in'), [])
  const { core } = await SimulatedRig.up()
  assert.deepEqual(seriesOf(core, 'opend_edge_gateway_logged_in'), ['quote 1', 'trade 1'])
})

test('exactly one stage is the present one', async () => {
  const rig = new CoreRig()
  rig.gateway.start()
  await rig.clock.runUntil(2_000)
  const stages = ['parked 0', 'waiting 0', 'connecting 1', 'initializing 0', 'ready 0']
  assert.deepEqual(seriesOf(rig, 'opend_edge_gateway_stage'), stages)
  assert.deepEqual(seriesOf(rig, 'opend_edge_gateway_stage_age_seconds'), ['2'])
})

test('the age of the oldest pending call counts from its start, and is 0 without one', async () => {
  const rig = await SimulatedRig.up()
  const ages = (): readonly string[] => seriesOf(rig.core, 'opend_edge_gateway_pending_oldest_seconds')
  assert.deepEqual(ages(), ['0'])
  rig.opend.setFaults([{ id: CALLS.Qot_GetSecuritySnapshot.protoId, nth: 1, fault: { kind: 'drop-reply' } }])
  const body = encodeMessage('Qot_GetSecuritySnapshot.Request', {
    c2s: { securityList: [{ market: 1, code: '00700' }] },
  })
  const { protoId } = CALLS.Qot_GetSecuritySnapshot
  const call = rig.gateway.quotes.call({ protoId, body, caller: 'key:a', isFresh: true, quotaShare: null })
  await rig.pass(3_000)
  assert.deepEqual(ages(), ['3'])
  await rig.answered(call)
  assert.deepEqual(ages(), ['0'])
})

test('the used budget is that of the account with the most calls', async () => {
  const rig = await SimulatedRig.up()
  for (let orders = 0; orders < 3; orders++) await rig.place(PAPER_ACCOUNT)
  await rig.place({ ...PAPER_ACCOUNT, trdEnv: 1, accID: 987_654n })
  const used = seriesOf(rig.core, 'opend_edge_upstream_window_calls')
  assert.ok(used.includes('Trd_PlaceOrder 3'), used.join('; '))
  assert.ok(seriesOf(rig.core, 'opend_edge_upstream_window_limit').includes('Trd_PlaceOrder 15'))
  await rig.pass(60_000)
  const later = seriesOf(rig.core, 'opend_edge_upstream_window_calls')
  assert.ok(!later.some((series) => series.startsWith('Trd_PlaceOrder') && !series.endsWith(' 0')), later.join('; '))
})

test('the status has the time of the last failure, also after the link is up again', async () => {
  const rig = await SimulatedRig.up()
  const statusNow = () =>
    gatewayStatus(rig.gateway, {
      connectors: [],
      epoch: 0,
      storageBytes: 0,
      nowMs: rig.core.clock.wallMs(),
    })
  assert.deepEqual([statusNow().lastFailure, statusNow().lastFailureAtMs], [null, null])
  const cutMs = rig.core.clock.wallMs()
  await rig.change((opend) => opend.closeAll('restart', rig.core.clock.trueMs()))
  await rig.pass(5_000)
  const { stage, lastFailure, lastFailureAtMs } = statusNow()
  assert.deepEqual([stage, lastFailure?.code], ['ready', 'gateway.disconnected'])
  assert.ok(lastFailureAtMs !== null && lastFailureAtMs >= cutMs && lastFailureAtMs < cutMs + 1_000)
})
