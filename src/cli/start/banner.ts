import { opendAddressText } from '../../transport/opend-address.ts'
import type { LocalVariables } from './variables.ts'

/** The facts shown in the first lines on the screen. */
export interface BannerFacts {
  /** `http://127.0.0.1:22222` */
  readonly url: string
  readonly variables: LocalVariables
  /** The key of this checkout. */
  readonly key: string
  /** The data folder, as the user types it. */
  readonly data: string
  /** The command that starts with empty state. */
  readonly freshCommand: string
  /** Why OpenD cannot be reached at the moment; null when it can. */
  readonly linkProblem: string | null
}

/** The first lines on the screen: the URL, the key, the data folder, and calls that work when pasted. */
export function bannerText(facts: BannerFacts): string {
  const { url, variables, key, data, freshCommand, linkProblem } = facts
  const opend = variables.config.opendAddresses
    .map((address) => (address.kind === 'simulator' ? 'the embedded simulated OpenD' : opendAddressText(address)))
    .join(', then ')
  return [
    '',
    `opend-edge at ${url}, connected to ${opend}`,
    ...(linkProblem === null ? [] : ['', linkProblem]),
    '',
    ...keyLines(variables, key),
    '',
    `State (orders, limits used, subscriptions) is stored in ${data}.`,
    `To start with empty state: ${freshCommand}`,
    '',
    'Try:',
    '',
    ...tryLines(url, variables.usesLocalKey ? `'Authorization: Bearer ${key}'` : '"Authorization: Bearer $KEY"').map(
      (line) => `  ${line}`,
    ),
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n')
}

function keyLines({ config, usesLocalKey }: LocalVariables, key: string): readonly string[] {
  if (!usesLocalKey) {
    const jwt = config.jwt === null ? '' : ` or a JWT of ${config.jwt.issuer}`
    return [
      `  key  yours: KEYS_JSON is set, so each call needs one of its keys${jwt}.`,
      '',
      'Put the key into the variable KEY of your shell before the lines below.',
    ]
  }
  const lines = [`  key  ${key}`, '']
  if (config.jwt !== null) lines.push(`Each call needs this key or a JWT of ${config.jwt.issuer}.`)
  else if (config.localOpenReads) lines.push('Reads from this machine need no key; all other calls do.')
  else lines.push('Each call needs this key.')
  if (config.opendAddresses.some(({ kind }) => kind !== 'simulator')) {
    lines.push(
      'This key lacks the scope trade:real, so it trades simulated accounts only. To trade real ones, put a key of your own',
      'with trade:real into KEYS_JSON (src/docs/operations.md, "Keys") and start again.',
    )
  }
  return lines
}

function tryLines(url: string, authorization: string): readonly string[] {
  const quote = '{"security_list":[{"market":1,"code":"00700"}],"sub_type_list":[1]}'
  return [
    `curl -H ${authorization} ${url}/api/accounts`,
    `curl -H ${authorization} ${url}/api/quote -d '${quote}'`,
    `curl -H ${authorization} ${url}/api/global-state`,
  ]
}
