import type { GatewayObjectBase } from '../durable-objects/gateway-object.ts'
import { safeGateway } from '../durable-objects/gateway-stub.ts'
import type { Env } from './env.ts'
import { createApp } from './http/app.ts'

/** The Worker as it is deployed. `demo.ts` is the same with a simulated OpenD on board. */
export { GatewayObject } from '../durable-objects/gateway-object.ts'

interface Bindings extends Env {
  readonly GATEWAY: DurableObjectNamespace<GatewayObjectBase>
}

/** There is exactly one: two would be two connections, two quotas and two ledgers. */
const GATEWAY_NAME = 'gateway'

const app = createApp<Bindings>({
  gateway: (env) => safeGateway(() => env.GATEWAY.getByName(GATEWAY_NAME)),
  nowMs: () => Date.now(),
  freshId: () => crypto.randomUUID(),
  fetch: (input, init) => fetch(input, init),
})

export default { fetch: app.fetch } satisfies ExportedHandler<Bindings>
