import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Market } from '../../simulator/market/market.ts'
import { readTape, type RecordedTick } from '../../simulator/market/replay-tape.ts'
import { parseFaultScript, type FaultRule } from '../../simulator/session/fault-script.ts'
import { USUAL_LATENCY, type Latency, type MsRange } from '../../simulator/session/latency.ts'
import type { MarketClock } from '../../simulator/session/market-clock.ts'
import { md5Hex, rsaKey } from '../../transport/native-crypto.ts'
import { type CommandForm, type CommandLine, userFolder } from '../command-line.ts'
import { parseClock } from './clock.ts'

/** The checked options of `npm run opend`. */
export interface OpendCommand {
  readonly port: number
  /** Null for no such listener. */
  readonly webSocketPort: number | null
  readonly controlPort: number | null
  readonly seed: number
  readonly clock: MarketClock
  /** `--clock` as the user typed it. */
  readonly clockText: string
  /** Folder of the stored state; null for a state in memory. */
  readonly dataFolder: string | null
  readonly rsaKeyPem: string | null
  readonly webSocketKeyMd5: string | null
  readonly faults: readonly FaultRule[]
  readonly hours: 'exchange' | 'always'
  /** False lifts OpenD's rate limits, for load tests. */
  readonly limitsRates: boolean
  /** Null for replies without delay. */
  readonly latency: Latency | null
  /** Null for a generated market. */
  readonly replay: Recording | null
}

/** Recorded ticks that replace the generated ones. */
export interface Recording {
  readonly path: string
  /** Hex MD5 of the file. */
  readonly md5: string
  readonly ticks: readonly RecordedTick[]
}

/** The command, or a sentence that describes an invalid option value. */
export type ParsedCommand =
  | { readonly ok: true; readonly command: OpendCommand }
  | { readonly ok: false; readonly problem: string }

type OptionName =
  | 'port'
  | 'ws-port'
  | 'control-port'
  | 'seed'
  | 'clock'
  | 'data'
  | 'hours'
  | 'rsa-key'
  | 'ws-key'
  | 'script'
  | 'replay'
  | 'latency'
  | 'no-rate-limits'

/** The command line of `npm run opend`. */
export const OPEND_FORM: CommandForm<OptionName> = {
  command: 'npm run opend --',
  about: 'Runs the simulated OpenD as a server on this machine, until Ctrl-C. The trade password is 123456.',
  options: {
    port: { takes: 'N', about: 'TCP port of the API; 11111 by default, 0 for a free one' },
    'ws-port': { takes: 'N', about: 'also serves the WebSocket API on this port' },
    'control-port': { takes: 'N', about: 'HTTP port for faults, login and restart; no password, this machine only' },
    seed: { takes: 'N', about: 'another market; 1 by default' },
    clock: { takes: 'CLOCK', about: 'real, frozen:ISO, fast:X or fast:X@ISO; real by default' },
    data: { takes: 'DIR', about: 'keeps accounts, orders, quota and the clock in this folder; in memory by default' },
    hours: { takes: 'HOURS', about: 'exchange or always (markets that never close); exchange by default' },
    'rsa-key': { takes: 'FILE', about: 'PKCS#1 PEM of the RSA key; clients without it are refused' },
    'ws-key': { takes: 'KEY', about: 'requires this key of WebSocket clients' },
    script: { takes: 'FILE', about: 'fault script, as JSON' },
    replay: { takes: 'FILE', about: 'recorded ticks, as CSV, in place of the generated ones' },
    latency: { takes: 'MS', about: 'time of replies to orders and to reads; 25-120/1-10 by default, 0 for none' },
    'no-rate-limits': { about: "lifts OpenD's rate limits, for load tests" },
  },
}

const DEFAULT_PORT = 11_111

/** An invalid option value; `opendOptions` turns it into a result. */
class BadCommand extends Error {}

/** Checks the options and reads the files that they name. `nowMs` is the start of a fast clock. */
export function opendCommand(line: CommandLine<OptionName>, nowMs: number): ParsedCommand {
  try {
    return { ok: true, command: readCommand(line, nowMs) }
  } catch (error) {
    if (error instanceof BadCommand) return { ok: false, problem: error.message }
    throw error
  }
}

function readCommand({ text, has }: CommandLine<OptionName>, nowMs: number): OpendCommand {
  const clockText = text('clock') ?? 'real'
  const clock = parseClock(clockText, nowMs)
  const data = text('data')
  if (clock === null) throw new BadCommand('--clock takes real, frozen:ISO, fast:X or fast:X@ISO')
  const wsKey = text('ws-key')
  return {
    port: readPort('--port', text('port')) ?? DEFAULT_PORT,
    webSocketPort: readPort('--ws-port', text('ws-port')),
    controlPort: readPort('--control-port', text('control-port')),
    seed: readSeed(text('seed')),
    clock,
    clockText,
    dataFolder: data === undefined ? null : resolve(userFolder(), data),
    rsaKeyPem: readRsaKey(text('rsa-key')),
    webSocketKeyMd5: wsKey === undefined ? null : md5Hex(wsKey),
    faults: readScript(text('script')),
    hours: readHours(text('hours')),
    limitsRates: !has('no-rate-limits'),
    latency: readLatency(text('latency')),
    replay: readReplay(text('replay')),
  }
}

function readPort(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new BadCommand(`${flag} takes a port from 0 to 65535`)
  return port
}

function readSeed(text: string | undefined): number {
  if (text === undefined) return 1
  const seed = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(seed)) throw new BadCommand('--seed takes an integer')
  return seed
}

function readRsaKey(path: string | undefined): string | null {
  if (path === undefined) return null
  const pem = readText('--rsa-key', path)
  if (rsaKey(pem) === null) throw new BadCommand('--rsa-key takes a PKCS#1 PEM file with a private key')
  return pem
}

function readScript(path: string | undefined): readonly FaultRule[] {
  if (path === undefined) return []
  const script = parseFaultScript(readText('--script', path))
  if (!script.ok) throw new BadCommand(`--script: ${script.problem}`)
  return script.rules
}

function readHours(text: string | undefined): 'exchange' | 'always' {
  if (text === undefined || text === 'exchange') return 'exchange'
  if (text === 'always') return text
  throw new BadCommand('--hours takes exchange or always')
}

/** The longest latency. Clients give up a call after 12 s. */
const MAX_LATENCY_MS = 10_000

function readLatency(text: string | undefined): Latency | null {
  if (text === undefined) return USUAL_LATENCY
  if (text === '0') return null
  const [orders, reads, ...others] = text.split('/').map(readRange)
  if (orders === undefined || orders === null || reads === null || others.length > 0) {
    throw new BadCommand(
      `--latency takes 0, or ms from 0 to ${MAX_LATENCY_MS} for orders and reads: 25-120/1-10, 25-120 or 50/5`,
    )
  }
  return { orders, reads: reads ?? USUAL_LATENCY.reads }
}

/** Reads `25-120` or `50`. */
function readRange(text: string): MsRange | null {
  const [, least, most = least] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const range = { leastMs: Number(least), mostMs: Number(most) }
  return range.leastMs <= range.mostMs && range.mostMs <= MAX_LATENCY_MS ? range : null
}

function readReplay(file: string | undefined): Recording | null {
  if (file === undefined) return null
  const path = resolve(userFolder(), file)
  const text = readText('--replay', path)
  const tape = readTape(text)
  // A recording may name any security, so it is checked against the simulated market that will replay it.
  const problems = tape.ok ? new Market({ seed: 0 }).tapeProblems(tape.ticks) : tape.problems
  if (!tape.ok || problems.length > 0) {
    throw new BadCommand(problems.map(({ line, problem }) => `--replay: line ${line}: ${problem}`).join('\n'))
  }
  return { path, md5: md5Hex(text), ticks: tape.ticks }
}

function readText(flag: string, path: string): string {
  try {
    return readFileSync(resolve(userFolder(), path), 'utf8')
  } catch (error) {
    throw new BadCommand(`${flag}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
