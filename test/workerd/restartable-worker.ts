import { GatewayObject as ProductObject } from '../../durable-objects/gateway-object.ts'
import product from '../../src/index.ts'

/**
 * The product with one more door: `POST /test/restart` ends the gateway object on the spot, as a crash or a deploy
 * does, while calls are in it. (The runtime's own eviction waits for calls to finish, so it cannot show that.)
 */
export class GatewayObject extends ProductObject {
  restart(): void {
    this.ctx.abort('restarted by the test')
  }
}

type Bindings = Parameters<typeof product.fetch>[1] & { readonly GATEWAY: DurableObjectNamespace<GatewayObject> }

export default {
  async fetch(request: Request, env: Bindings, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== '/test/restart') return product.fetch(request, env, ctx)
    await env.GATEWAY.getByName('gateway')
      .restart()
      .catch(() => undefined)
    return new Response('restarted')
  },
}
