import { embeddedOpenD } from '../../durable-objects/embedded-opend.ts'
import { GatewayObjectBase } from '../../durable-objects/gateway-object.ts'
import type { Env } from '../../src/env.ts'

/**
 * `src/demo.ts` with an embedded OpenD that replies at once, so that tests do not wait for the market's latency. Only the
 * tests of the latency run the demo itself.
 */
export { default } from '../../src/index.ts'

/** Named as the configuration names it. */
export class GatewayObject extends GatewayObjectBase {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, (storage) => embeddedOpenD(storage, null))
  }
}
