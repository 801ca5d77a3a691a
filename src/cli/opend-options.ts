import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Market } from '../simulator/market/market.ts'
import { readTape, type RecordedTick } from '../simulator/market/replay-tape.ts'
import { parseFaultScript, type FaultRule } from '../simulator/session/fault-script.ts'
import type { MarketClock } from '../simulator/session/market-clock.ts'
import { md5Hex, rsaKey } from '../transport/native-crypto.ts'
import { parseClock } from './opend-clock.ts'

/** What `npm run opend` was asked for, checked. */
export interface OpendCommand {
  readonly port: number
  /** Null: no such listener. */
  readonly webSocketPort: number | null
  readonly controlPort: number | null
  readonly seed: number
  readonly clock: MarketClock
  readonly rsaKeyPem: string | null
  readonly webSocketKeyMd5: string | null
  readonly faults: readonly FaultRule[]
  readonly hours: 'exchange' | 'always'
  /** False lifts OpenD's rate limits, for load tests. */
  readonly limitsRates: boolean
  /** Recorded ticks to show in place of the made-up ones. */
  readonly replay: readonly RecordedTick[]
}

/** A command line that was understood, or what is wrong with it. */
export type ParsedCommand =
  | { readonly ok: true; readonly command: OpendCommand }
  | { readonly ok: false; readonly problem: string }

/** The flags, for whoever got one wrong. */
export const USAGE = `usage: npm run opend -- [--port 11111] [--ws-port 33333] [--control-port N] [--seed N]
         [--clock real|frozen:ISO|fast:X|fast:X@ISO] [--hours exchange|always] [--rsa-key FILE] [--ws-key KEY]
         [--script FILE] [--replay FILE] [--no-rate-limits]`

const DEFAULT_PORT = 11_111

/** A refusal of the command line, for the one place that turns it into a result. */
class BadCommand extends Error {}

/** Reads the command line, and the files it names. `nowMs` anchors a fast clock. */
export function parseCommand(args: readonly string[], nowMs: number): ParsedCommand {
  try {
    return { ok: true, command: readCommand(args, nowMs) }
  } catch (error) {
    if (error instanceof BadCommand || isParseArgsError(error)) return { ok: false, problem: error.message }
    throw error
  }
}

function readCommand(args: readonly string[], nowMs: number): OpendCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      'ws-port': { type: 'string' },
      'control-port': { type: 'string' },
      seed: { type: 'string' },
      clock: { type: 'string' },
      'rsa-key': { type: 'string' },
      'ws-key': { type: 'string' },
      script: { type: 'string' },
      hours: { type: 'string' },
      replay: { type: 'string' },
      'no-rate-limits': { type: 'boolean' },
    },
  })
  const clock = parseClock(values.clock ?? 'real', nowMs)
  if (clock === null) throw new BadCommand('--clock takes real, frozen:ISO, fast:X or fast:X@ISO')
  const wsKey = values['ws-key']
  return {
    port: readPort('--port', values.port) ?? DEFAULT_PORT,
    webSocketPort: readPort('--ws-port', values['ws-port']),
    controlPort: readPort('--control-port', values['control-port']),
    seed: readSeed(values.seed),
    clock,
    rsaKeyPem: readRsaKey(values['rsa-key']),
    webSocketKeyMd5: wsKey === undefined ? null : md5Hex(wsKey),
    faults: readScript(values.script),
    hours: readHours(values.hours),
    limitsRates: values['no-rate-limits'] !== true,
    replay: readReplay(values.replay),
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

function readReplay(path: string | undefined): readonly RecordedTick[] {
  if (path === undefined) return []
  const tape = readTape(readText('--replay', path))
  // A recording may name any security, so it is checked against the market it is going to be shown in.
  const problems = tape.ok ? new Market({ seed: 0 }).tapeProblems(tape.ticks) : tape.problems
  if (!tape.ok || problems.length > 0) {
    throw new BadCommand(problems.map(({ line, problem }) => `--replay: line ${line}: ${problem}`).join('\n'))
  }
  return tape.ticks
}

function readText(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new BadCommand(`${flag}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
