import type { Env } from '../src/env.ts'
import { USUAL_LATENCY } from '../src/simulator/session/latency.ts'
import { embeddedOpenD } from './embedded-opend.ts'
import { GatewayObjectBase } from './gateway-object.ts'

/**
 * The gateway object with the embedded simulator, for `OPEND_URL=simulator:`. It has the product's class name, so both
 * builds use the same configuration.
 */
export class GatewayObject extends GatewayObjectBase {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, (storage) => embeddedOpenD(storage, USUAL_LATENCY))
  }
}
