import { Hono } from 'hono'

/** The least that an answer can cost behind the same router: a fixed text for a POST, nobody asked, nothing checked. */
const app = new Hono<{ Bindings: { readonly ANSWER: string } }>()

app.post('/api/quote', ({ env }) => new Response(env.ANSWER, { headers: { 'Content-Type': 'application/json' } }))

/** Never asked: the runtime of the benches is configured for an object of this name. */
export class GatewayObject {
  fetch(): Response {
    return new Response(null, { status: 404 })
  }
}

export default { fetch: app.fetch }
