import { join } from 'node:path'
import { createTestHarness } from 'wrangler'
import { OFFLINE_ENV, ROOT } from '../../src/cli/build-worker.ts'
import { keysJsonFor } from '../../src/cli/local-key.ts'
import { builtWorker, DEMO_ENTRY, PRODUCT_ENTRY, QUICK_DEMO_ENTRY } from './built-worker.ts'

/** A key with every scope, known to each test Worker that is not given keys of its own. */
export const TEST_KEY = `fc_${'5eed'.repeat(16)}`

/** The object as wrangler.toml and index.ts name it. */
const GATEWAY_CLASS = 'GatewayObject'
const GATEWAY_NAME = 'gateway'

/** See the file. It imports a module of the runtime that bundlers do not know. */
const EVICTOR = {
  name: 'evictor',
  main: join(ROOT, 'test/workerd/evict-objects.mjs'),
  no_bundle: true,
  compatibility_date: '2026-11-01',
  compatibility_flags: ['experimental', 'unsafe_module'],
}

/** The real Worker in the real runtime, with the real Durable Object and its storage. */
export interface TestWorker {
  /** `http://127.0.0.1:port/`, for clients that bring their own sockets. */
  readonly url: URL
  /** Sends a request as it is. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Calls an endpoint with `TEST_KEY`: GET without a body, POST with one. `body` of the result is the parsed JSON. */
  api(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>
  /** Takes the gateway object out of memory, as the platform may at any time, with all it was doing. Its storage stays. */
  evict(): Promise<void>
  /**
   * Lets the gateway object sleep, as the platform does when nothing happens: push sockets stay open, and the next
   * message or request starts a new instance. Waits until the object is idle, so the gateway has to be shut down.
   */
  hibernate(): Promise<void>
  /** Runs SQL in the object's storage. May start the object. */
  sql(query: string, ...values: readonly (string | number | null)[]): Promise<readonly Record<string, unknown>[]>
  /** Starts the Worker anew with other variables beside those it has, as a deployment does. Its storage stays. */
  redeploy(vars: Readonly<Record<string, string>>): Promise<void>
  /** What the Worker wrote to its console. */
  logs(): readonly string[]
  close(): Promise<void>
}

/** How a test Worker is set up. */
export interface TestWorkerOptions {
  /** TCP port of an OpenD on 127.0.0.1; without one it is the embedded simulator. */
  readonly opendPort?: number
  /** True for the embedded simulator as `npm start` runs it, whose replies take time. */
  readonly hasLatency?: boolean
  /** Variables and secrets beside `OPEND_URL` and `KEYS_JSON`, or instead of them. */
  readonly vars?: Readonly<Record<string, string>>
}

/** Starts a Worker on a free port of 127.0.0.1, with storage of its own that ends with it. Takes about half a second. */
export async function startWorker(options: TestWorkerOptions = {}): Promise<TestWorker> {
  Object.assign(process.env, OFFLINE_ENV)
  const demo = options.hasLatency === true ? DEMO_ENTRY : QUICK_DEMO_ENTRY
  const folder = await builtWorker(options.opendPort === undefined ? demo : PRODUCT_ENTRY)
  const upstream = options.opendPort === undefined ? 'simulator:' : `tcp://127.0.0.1:${options.opendPort}`
  const vars = {
    METRICS_AUTH: 'open',
    LOG_LEVEL: 'error',
    OPEND_URL: upstream,
    KEYS_JSON: await keysJsonFor(TEST_KEY, true),
    ...options.vars,
  }
  const optionsWith = (given: Readonly<Record<string, string>>) => ({
    root: folder,
    workers: [{ configPath: 'wrangler.toml', prebuiltWorkerDir: '.', vars: given }, { config: EVICTOR }],
  })
  const harness = createTestHarness(optionsWith(vars))
  const { url } = await harness.listen()
  const worker = harness.getWorker()
  const object = { name: GATEWAY_NAME }
  const send = (path: string, init?: RequestInit): Promise<Response> => fetch(new URL(path, url), init)
  return {
    url,
    fetch: send,
    api: async (path, body) => {
      const headers = { Authorization: `Bearer ${TEST_KEY}`, 'Content-Type': 'application/json' }
      const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
      const response = await send(path, { headers, ...post })
      return { status: response.status, body: await response.json() }
    },
    evict: async () => {
      await harness.getWorker(EVICTOR.name).fetch('/')
    },
    hibernate: () => worker.evictDurableObject(GATEWAY_CLASS, object),
    sql: async (query, ...values) => {
      const storage = await worker.getDurableObjectStorage(GATEWAY_CLASS, object)
      return storage.exec(query, ...values)
    },
    redeploy: (changed) => harness.update(optionsWith({ ...vars, ...changed })),
    logs: () => harness.getLogs().map((entry) => entry.message),
    close: () => harness.close(),
  }
}
