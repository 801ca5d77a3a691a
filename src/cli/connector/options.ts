import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { type CommandForm, type CommandLine, userFolder } from '../command-line.ts'
import { CONNECTOR_NAME } from '../../transport/link-variables.ts'

type OptionName = 'edge' | 'token' | 'opend' | 'name' | 'bundle'

/** The command line of the connector. */
export const CONNECTOR_FORM: CommandForm<OptionName> = {
  command: 'npm run connector --',
  about:
    'Connects the OpenD of this machine to a gateway whose OPEND_URL is connector:. It only dials out: no port is opened.',
  options: {
    edge: { takes: 'URL', about: 'the gateway, such as https://my-edge.workers.dev' },
    token: { takes: 'TOKEN', about: 'a key with the scope gateway; or put it into OPEND_EDGE_TOKEN' },
    opend: { takes: 'HOST:PORT', about: 'the API port of OpenD; 127.0.0.1:11111 by default' },
    name: { takes: 'NAME', about: 'a name of its own for each connector; the name of this machine by default' },
    bundle: { about: 'writes opend-connector.mjs, which needs Node 20 and nothing else, and ends' },
  },
  more: 'It connects again by itself, and logs each change. Ctrl-C or SIGTERM ends it.',
}

/** What to connect with what. */
export interface ConnectorOptions {
  readonly kind: 'run'
  /** `wss://host/connector?name=...` */
  readonly url: string
  readonly token: string
  readonly opend: { readonly host: string; readonly port: number }
  /** The addresses as the log shows them. */
  readonly names: { readonly edge: string; readonly opend: string }
}

/** A checked command line, or a sentence about a mistake in it. */
export type ConnectorCommand =
  | { readonly ok: true; readonly command: ConnectorOptions | { readonly kind: 'bundle'; readonly file: string } }
  | { readonly ok: false; readonly problem: string }

/** The file that `--bundle` writes into the folder of the command. */
const BUNDLE_FILE = 'opend-connector.mjs'

/** Checks the options. `environment` may have the token. */
export function connectorCommand(
  line: CommandLine<OptionName>,
  environment: Readonly<Record<string, string | undefined>>,
): ConnectorCommand {
  if (line.has('bundle')) return { ok: true, command: { kind: 'bundle', file: resolve(userFolder(), BUNDLE_FILE) } }
  const edge = urlOf(line.text('edge') ?? '')
  if (edge === null || !/^https?:$/.test(edge.protocol)) {
    return { ok: false, problem: 'Give the address of the gateway: --edge https://my-edge.workers.dev.' }
  }
  if (edge.protocol === 'http:' && !/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(edge.hostname)) {
    return { ok: false, problem: `Use https: for ${edge.hostname}: with http: others could read the token.` }
  }
  const token = line.text('token') ?? environment['OPEND_EDGE_TOKEN'] ?? ''
  if (!/^[\w.~+/=-]+$/.test(token)) {
    return { ok: false, problem: 'Give a key with the scope gateway: --token fc_..., or OPEND_EDGE_TOKEN.' }
  }
  const opend = urlOf(`tcp://${line.text('opend') ?? '127.0.0.1:11111'}`)
  if (opend === null || !opend.hostname || !opend.port || opend.pathname !== '') {
    return { ok: false, problem: 'Give the API port of OpenD as host:port: --opend 127.0.0.1:11111.' }
  }
  const name = line.text('name') ?? nameOfMachine()
  if (!CONNECTOR_NAME.test(name)) {
    return { ok: false, problem: '--name takes 1 to 32 letters, digits, dots, hyphens or underscores.' }
  }
  const url = new URL('/connector', edge.href.replace(/^http/, 'ws'))
  url.searchParams.set('name', name)
  const host = opend.hostname.replace(/^\[(.*)\]$/, '$1')
  const names = { edge: `${edge.origin} as ${name}`, opend: opend.host }
  return {
    ok: true,
    command: { kind: 'run', url: url.href, token, opend: { host, port: Number(opend.port) }, names },
  }
}

function nameOfMachine(): string {
  const name = hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
  return name.slice(0, 32) || 'connector'
}

/** `URL.parse` came with Node 22, and the connector runs on Node 20. */
function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}
