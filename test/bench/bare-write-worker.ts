import { DurableObject } from 'cloudflare:workers'

/**
 * The least that a durable order can cost: a Worker that hands the body to one object, which writes it into its SQLite
 * storage and answers when the row is synced. Its speed is the ceiling of this machine.
 */

interface Bindings {
  readonly GATEWAY: DurableObjectNamespace<GatewayObject>
}

/** Named as in wrangler.toml, so that the bare Worker is bundled and served exactly as the product is. */
export class GatewayObject extends DurableObject<Bindings> {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env)
    ctx.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL)',
    )
  }

  async write(entry: string): Promise<void> {
    this.ctx.storage.sql.exec('INSERT INTO entries (entry) VALUES (?)', entry)
    await this.ctx.storage.sync()
  }
}

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    await env.GATEWAY.getByName('gateway').write(await request.text())
    return new Response('written')
  },
}
