import type { DoctorCheck } from '../http/admin/doctor.ts'
import { commandLine, type CommandForm, refuseCommandLine } from './command-line.ts'
import { callEdge, type Edge, edgeOf } from './edge-client.ts'

/** The clocks may differ by the tolerance of tokens with an expiry. */
const MAX_SKEW_MS = 5_000

const DOCTOR_FORM: CommandForm<'edge' | 'token'> = {
  command: 'npm run doctor --',
  about: 'Checks a gateway that runs, and its way to OpenD. The exit code is 0 only if nothing is wrong.',
  options: {
    edge: { takes: 'URL', about: 'the gateway; that of npm start by default' },
    token: { takes: 'KEY', about: 'a key with the scopes admin and qot:read; OPEND_EDGE_TOKEN by default' },
  },
}

/** `npm run doctor`: one line for each check, nearest part first. */
async function main(): Promise<void> {
  const line = commandLine(DOCTOR_FORM)
  const given = { edge: line.text('edge'), token: line.text('token') }
  const found = edgeOf('A key with the scope admin', given, process.env)
  if (!found.ok) return refuseCommandLine(DOCTOR_FORM, found.problem)
  let isRight = true
  for await (const { name, state, found: text, remedy } of checksOf(found.edge)) {
    if (state === 'wrong') isRight = false
    process.stdout.write(`${state.padEnd(7)}  ${name.padEnd(12)}  ${text}${remedy === null ? '' : ` ${remedy}`}\n`)
  }
  process.exitCode = isRight ? 0 : 1
}

async function* checksOf(edge: Edge): AsyncGenerator<DoctorCheck> {
  yield urlCheck(edge.url)
  const health = await healthChecks(edge.url)
  yield* health
  if (health.some(({ state, name }) => state === 'wrong' && name === 'health')) return
  const me = await callEdge(edge, '/api/me')
  const token = tokenCheck(me)
  yield token
  const object = await callEdge(edge, '/api/admin/doctor')
  if (!object.ok) {
    yield { name: 'gateway', state: 'wrong', found: object.problem, remedy: null }
    return
  }
  yield* (JSON.parse(object.text) as { readonly checks: readonly DoctorCheck[] }).checks
  yield await timedCheck('subscriptions', edge, '/api/used-quota', '{}')
  yield await timedCheck('quote', edge, '/api/snapshot', '{"security_list":["HK.00700"]}')
}

function urlCheck({ protocol, hostname, origin }: URL): DoctorCheck {
  const isSafe = protocol === 'https:' || /^(?:127\.|localhost$|\[::1\]$)/.test(hostname)
  return isSafe
    ? { name: 'address', state: 'right', found: `${origin} is encrypted or on this machine.`, remedy: null }
    : { name: 'address', state: 'wrong', found: `${origin} sends tokens without TLS.`, remedy: 'Use https.' }
}

async function healthChecks(url: URL): Promise<readonly DoctorCheck[]> {
  const sentMs = Date.now()
  try {
    const response = await fetch(new URL('/health', url), { redirect: 'error', signal: AbortSignal.timeout(10_000) })
    const text = await response.text()
    const state = response.status === 200 && text === 'ok' ? 'right' : 'wrong'
    const found = `The answer of /health has the status ${response.status} after ${Date.now() - sentMs} ms.`
    return [{ name: 'health', state, found, remedy: null }, clockCheck(response.headers.get('Date'), sentMs)]
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
    const found = `${url.origin} did not answer${cause}.`
    return [{ name: 'health', state: 'wrong', found, remedy: 'Start the gateway, or correct --edge.' }]
  }
}

function clockCheck(date: string | null, sentMs: number): DoctorCheck {
  const theirsMs = date === null ? Number.NaN : Date.parse(date)
  if (Number.isNaN(theirsMs)) {
    return { name: 'clock', state: 'unknown', found: 'The answer has no Date.', remedy: null }
  }
  // The header has whole seconds.
  const skewMs = Math.max(0, Math.abs(theirsMs + 500 - (sentMs + Date.now()) / 2) - 500)
  const found = `The clocks differ by ${Math.round(skewMs / 1_000)} s.`
  return skewMs <= MAX_SKEW_MS
    ? { name: 'clock', state: 'right', found, remedy: null }
    : { name: 'clock', state: 'wrong', found, remedy: 'Set the clock of this machine, or of the server.' }
}

function tokenCheck(me: Awaited<ReturnType<typeof callEdge>>): DoctorCheck {
  if (!me.ok) return { name: 'token', state: 'wrong', found: me.problem, remedy: null }
  const { caller, scopes } = JSON.parse(me.text) as { readonly caller: string; readonly scopes: readonly string[] }
  const missing = ['admin', 'qot:read'].filter((scope) => !scopes.includes(scope))
  const found = `The token is that of ${caller} with the scopes ${scopes.join(', ')}.`
  return missing.length === 0
    ? { name: 'token', state: 'right', found, remedy: null }
    : { name: 'token', state: 'wrong', found, remedy: `The checks also need ${missing.join(' and ')}.` }
}

async function timedCheck(name: string, edge: Edge, path: string, body: string): Promise<DoctorCheck> {
  const startMs = performance.now()
  const answer = await callEdge(edge, path, body)
  if (!answer.ok) return { name, state: 'wrong', found: answer.problem, remedy: null }
  const found = `${path} was answered after ${Math.round(performance.now() - startMs)} ms.`
  return { name, state: 'right', found, remedy: null }
}

await main()
