import { md5Hex } from './native-crypto.ts'

/** The variables and secrets of the link beside its address, as the platform passes them. */
export interface LinkVariables {
  /** The key of OpenD's WebSocket port (the text, not its MD5). A secret. */
  readonly OPEND_WS_KEY?: string | undefined
  /** The service token of Cloudflare Access in front of a WebSocket port. */
  readonly OPEND_ACCESS_ID?: string | undefined
  /** Its secret. */
  readonly OPEND_ACCESS_SECRET?: string | undefined
  /** Names of connectors, comma-separated, in the order in which they are used. */
  readonly OPEND_CONNECTORS?: string | undefined
  /** `true` lets trade calls on real accounts use a link that others can read. */
  readonly OPEND_ALLOW_PLAINTEXT_TRADING?: string | undefined
}

/** What the links of the configuration need. */
export interface LinkSecrets {
  /** Lower-case hex MD5 of the key of the WebSocket port, as OpenD compares it; '' without a key. */
  readonly webSocketKeyMd5: string
  /** The headers that Cloudflare Access requires; empty without a service token. */
  readonly accessHeaders: Readonly<Record<string, string>>
  /** Names of connectors, the preferred one first. Others follow in the order in which they connect. */
  readonly connectorNames: readonly string[]
}

/** A name of a connector: it is shown in errors, in the status and in the audit. */
export const CONNECTOR_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/

/** Reads the variables. Mistakes are added to `problems`, one sentence each. */
export function readLinkSecrets(env: LinkVariables, problems: string[]): LinkSecrets {
  const { OPEND_ACCESS_ID: id = '', OPEND_ACCESS_SECRET: secret = '', OPEND_WS_KEY: key = '' } = env
  if ((id === '') !== (secret === '')) {
    problems.push('OPEND_ACCESS_ID and OPEND_ACCESS_SECRET belong together: set both, or neither.')
  }
  if (/[^\x21-\x7e]/.test(id + secret)) {
    problems.push('OPEND_ACCESS_ID and OPEND_ACCESS_SECRET must be printable ASCII without blanks.')
  }
  const names = (env.OPEND_CONNECTORS ?? '').split(',').map((name) => name.trim())
  const connectorNames = names.filter((name) => name !== '')
  if (!connectorNames.every((name) => CONNECTOR_NAME.test(name))) {
    problems.push(
      'OPEND_CONNECTORS must be names of 1 to 32 letters, digits, dots, hyphens or underscores, comma separated.',
    )
  }
  return {
    webSocketKeyMd5: key === '' ? '' : md5Hex(key),
    accessHeaders: id === '' ? {} : { 'CF-Access-Client-Id': id, 'CF-Access-Client-Secret': secret },
    connectorNames,
  }
}
