import type { Env } from '../src/env.ts'
import { embeddedOpenD } from './embedded-opend.ts'
import { GatewayObjectBase } from './gateway-object.ts'

/**
 * The gateway object with the simulated OpenD on board, for `OPEND_URL=simulator:`. Bound under the product's class
 * name, so the same configuration serves both.
 */
export class GatewayObject extends GatewayObjectBase {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, embeddedOpenD)
  }
}
