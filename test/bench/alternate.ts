import { type Contender, type Round, runRound } from './contender.ts'
import { type Generator, startGenerator } from './generator.ts'
import type { ServerProcess } from './processes.ts'

/** As many as `wrk` is usually given; more only lengthen the queue. */
const CONNECTIONS = 32
/** Odd, so that the median is a round that happened. */
const ROUND_COUNT = 5
const ROUND_MS = 3000
const WARM_UP_MS = 3000

/** How long a bench gives each of two contenders load, in turn. */
export interface Rounds {
  readonly rounds: number
  readonly roundMs: number
}

const ROUNDS: Rounds = { rounds: ROUND_COUNT, roundMs: ROUND_MS }

/** The load, in words. */
export const LOAD_TEXT = loadText(ROUNDS)

/** The same for other rounds. */
export function loadText({ rounds, roundMs }: Rounds): string {
  return `${CONNECTIONS} connections, ${rounds} rounds of ${roundMs / 1000} s each in turn, medians`
}

/**
 * Variables of every product that is measured. A line of the log for each request would measure the terminal, and hide
 * the report.
 */
export const QUIET = { LOG_LEVEL: 'error' } as const

/** A round of the product and one of the bare Worker right after it. */
export type Pair = readonly [product: Round, bare: Round]

/**
 * Warms both up, then gives them the same load in turn, so that both meet the same noise: their ratio says what the
 * product adds, whatever the machine. Five rounds take about 40 s.
 */
export async function alternate(
  generator: Generator,
  product: Contender,
  bare: Contender,
  { rounds, roundMs }: Rounds = ROUNDS,
): Promise<readonly Pair[]> {
  for (const contender of [product, bare]) {
    await runRound(generator, contender, { connections: CONNECTIONS, durationMs: WARM_UP_MS })
  }
  const load = { connections: CONNECTIONS, durationMs: roundMs }
  const pairs: Pair[] = []
  for (let round = 0; round < rounds; round++) {
    pairs.push([await runRound(generator, product, load), await runRound(generator, bare, load)])
  }
  return pairs
}

/** Gives a bench a load generator and a list for the servers it starts, and ends all of them behind it. */
export async function withServers(
  bench: (generator: Generator, running: ServerProcess[]) => Promise<void>,
): Promise<void> {
  const running: ServerProcess[] = []
  const generator = startGenerator()
  try {
    await bench(generator, running)
  } finally {
    generator.stop()
    for (const server of running.toReversed()) await server.stop()
  }
}

/** A POST as it goes over the wire. */
export function postRequest(path: string, key: string, json: string): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(json)}`,
  ]
  return `${lines.join('\r\n')}\r\n\r\n${json}`
}

/** The same request, for an answer that OpenD is asked for. */
export function withoutCache(request: string): string {
  return request.replace('\r\n', '\r\nCache-Control: no-cache\r\n')
}
