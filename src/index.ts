import type { GatewayObjectBase } from '../durable-objects/gateway-object.ts'
import { safeGateway } from '../durable-objects/gateway-stub.ts'
import type { Env } from './env.ts'
import { createApp } from './http/app.ts'

/** The Worker for a deployment. `demo.ts` is the same with the built-in simulator of OpenD. */
export { GatewayObject } from '../durable-objects/gateway-object.ts'

interface Bindings extends Env {
  readonly GATEWAY: DurableObjectNamespace<GatewayObjectBase>
}

/** The name of the only gateway object. A second one would have its own connection, quota and ledger. */
const GATEWAY_NAME = 'gateway'

const app = createApp<Bindings>({
  gateway: (env) => safeGateway(() => env.GATEWAY.getByName(GATEWAY_NAME)),
  nowMs: () => Date.now(),
  freshId: () => crypto.randomUUID(),
  fetch: (input, init) => fetch(input, init),
})

export default { fetch: app.fetch } satisfies ExportedHandler<Bindings>
