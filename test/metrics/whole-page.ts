import { CounterRegistry } from '../../durable-objects/counter-registry.ts'
import { gatewayMetrics } from '../../durable-objects/gateway-metrics.ts'
import { OrderMetrics } from '../../durable-objects/order-metrics.ts'
import { SubType } from '../../proto/enums.ts'
import { CALLS } from '../../src/calls.ts'
import { renderMetrics } from '../../src/http/operations/metrics-page.ts'
import { DEFAULT_PASSWORD_MD5 } from '../../src/simulator/trading/unlock.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { PAPER_ACCOUNT, REAL_ACCOUNT, SimulatedRig } from '../core/simulated-rig.ts'
import { keysJson, makeRig, tokenOf } from '../http/rig.ts'

/**
 * The page of a gateway on which something of everything has happened: reads, subscriptions, orders, refusals, pushes,
 * a login that ended. The simulated OpenD is behind it.
 */
export async function wholePage(): Promise<string> {
  const counters = new CounterRegistry()
  counters.add(await requestCounts())
  const refusals = new OrderMetrics()
  refusals.countRefused('key:bot', { code: 'limits.rate', text: '', retryAfterMs: null } as never)
  refusals.countRefused('jwt:ann', { code: 'limits.halted', text: '', retryAfterMs: null } as never)
  const { gateway, core } = await busyGateway()
  return renderMetrics([
    ...counters.samples(),
    ...gatewayMetrics(gateway, 4_096, core.clock.wallMs()),
    ...gateway.metrics(),
    ...refusals.samples(gateway.orders.entries.counts),
  ])
}

/** What an isolate reports after some requests. */
async function requestCounts() {
  const rig = makeRig({ KEYS_JSON: keysJson({ id: 'bot', scopes: ['acc:read'] }) })
  for (const token of [tokenOf('bot'), tokenOf('nobody')]) await rig.send('GET /api/accounts', { token })
  await rig.send('GET /api/"\\\n')
  await rig.send('GET /metrics')
  return rig.gateway.counted
}

async function busyGateway(): Promise<SimulatedRig> {
  const rig = await SimulatedRig.up()
  const { quotes } = rig.gateway
  const read = (protoId: number, body: Uint8Array) =>
    rig.answered(quotes.call({ protoId, body, caller: 'key:bot', isFresh: true, quotaShare: null }))
  const security = { market: 1, code: '00700' }
  const c2s = { securityList: [security], subTypeList: [SubType.Basic], isSubOrUnSub: true, isRegOrUnRegPush: true }
  await read(CALLS.Qot_Sub.protoId, encodeMessage('Qot_Sub.Request', { c2s }))
  const snapshot = encodeMessage('Qot_GetSecuritySnapshot.Request', { c2s: { securityList: [security] } })
  await read(CALLS.Qot_GetSecuritySnapshot.protoId, snapshot)
  await rig.place(PAPER_ACCOUNT)
  await rig.place(REAL_ACCOUNT)
  await rig.unlock(true, DEFAULT_PASSWORD_MD5)
  await rig.place(REAL_ACCOUNT)
  await rig.change((opend) => opend.setLogin('kicked'))
  return rig
}
