import { availableParallelism } from 'node:os'
import { median, table } from './numbers.ts'
import { PushContender, type PushRound } from './push-contender.ts'

/** What the product may cost: at least this share of the pushes that the bare object delivers. */
const TARGET_RATIO = 0.7

const SOCKETS = [100, 1_000, 2_000]

/** Odd, so that the median is a round that happened. */
const ROUNDS = 5
const ROUND_MS = 3_000
const WARM_UP_MS = 4_000

/** The moderate rate at which latency is measured: far from what either can do, so that nothing queues. */
const PACED_DELIVERIES_PER_SECOND = 10_000

/** Sockets whose memory is measured, over so many starts of each Worker: a heap grows in large steps. */
const IDLE_SOCKETS = 1_000
const MEMORY_ROUNDS = 3
/** What the opening of sockets leaves behind is over after this time. */
const SETTLE_MS = 1_500

/**
 * What pushes cost: quotes from a scripted OpenD over TCP through the gateway object to WebSocket clients, beside a bare
 * object that broadcasts a constant text as long as our frames. As many as the clients can be given, then at a fixed
 * rate for the latency, then the memory of sockets that nothing comes over.
 */
export async function benchPushes(): Promise<void> {
  process.stdout.write(
    `pushes: quotes of 10 securities, each to every socket, ${ROUNDS} rounds of ${ROUND_MS / 1000} s each in turn, medians\n` +
      `workerd serve, Node ${process.version}, ${availableParallelism()} processors\n`,
  )
  for (const sockets of SOCKETS) await compare(sockets)
  await compareMemory()
}

async function compare(sockets: number): Promise<void> {
  const running: PushContender[] = []
  try {
    const product = await PushContender.startProduct()
    running.push(product)
    const openingMs = performance.now()
    await product.open(sockets)
    const openedMs = Math.round(performance.now() - openingMs)
    process.stdout.write(`\n${sockets} sockets opened and subscribed in ${openedMs} ms\n`)
    const { messageBytes } = await product.run({ kind: 'saturate', durationMs: WARM_UP_MS })
    const bare = await PushContender.startBare(messageBytes)
    running.push(bare)
    await bare.open(sockets)
    await bare.run({ kind: 'saturate', durationMs: WARM_UP_MS })
    const saturated: (readonly [PushRound, PushRound])[] = []
    const paced: (readonly [PushRound, PushRound])[] = []
    const pushesPerSecond = PACED_DELIVERIES_PER_SECOND / sockets
    for (let round = 0; round < ROUNDS; round++) {
      const job = { kind: 'saturate', durationMs: ROUND_MS } as const
      saturated.push([await product.run(job), await bare.run(job)])
      const slow = { kind: 'pace', pushesPerSecond, durationMs: ROUND_MS } as const
      paced.push([await product.run(slow), await bare.run(slow)])
    }
    report(sockets, [product.name, bare.name], saturated, paced)
  } finally {
    for (const contender of running) await contender.stop()
  }
}

type Pairs = readonly (readonly [product: PushRound, bare: PushRound])[]

function report(sockets: number, names: readonly [string, string], saturated: Pairs, paced: Pairs): void {
  const columns = ['deliveries/s', 'CPU µs/delivery: worker', 'load', 'p50 ms', 'p99 ms']
  const rows = ([0, 1] as const).map((which) => {
    const fast = saturated.map((pair) => pair[which])
    const slow = paced.map((pair) => pair[which])
    return [
      names[which],
      middle(fast, (round) => round.deliveriesPerSecond, 0),
      middle(fast, (round) => round.workerCpuUs, 2),
      middle(fast, (round) => round.loadCpuUs, 2),
      middle(slow, (round) => round.p50Ms, 1),
      middle(slow, (round) => round.p99Ms, 1),
    ]
  })
  const ratios = saturated.map(([ours, theirs]) => ours.deliveriesPerSecond / theirs.deliveriesPerSecond)
  const cpuRatios = saturated.map(([ours, theirs]) => (theirs.workerCpuUs ?? NaN) / (ours.workerCpuUs ?? NaN))
  const bytes = saturated[0]?.[0].messageBytes
  const lines = [
    '',
    `${sockets} sockets, ${bytes} bytes each push; latency at ${PACED_DELIVERIES_PER_SECOND} deliveries/s`,
    table([['', ...columns], ...rows]),
    `ratio ${median(ratios).toFixed(2)} (rounds: ${texts(ratios)}), target ${TARGET_RATIO.toFixed(2)} or better; ` +
      `by the runtime's processor time ${median(cpuRatios).toFixed(2)} (rounds: ${texts(cpuRatios)})`,
    ...([0, 1] as const).map(
      (which) =>
        `p99 ms ${names[which]}: ${texts(
          paced.map((pair) => pair[which].p99Ms),
          1,
        )}`,
    ),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function texts(numbers: readonly number[], digits = 2): string {
  return numbers.map((number) => number.toFixed(digits)).join(' ')
}

function middle(rounds: readonly PushRound[], pick: (round: PushRound) => number | null, digits: number): string {
  const value = median(rounds.map((round) => pick(round) ?? NaN))
  return Number.isNaN(value) ? '-' : value.toFixed(digits)
}

async function compareMemory(): Promise<void> {
  const kilobytes: Record<'product' | 'bare', number[]> = { product: [], bare: [] }
  for (let round = 0; round < MEMORY_ROUNDS; round++) {
    kilobytes.product.push(await kilobytesPerSocket(await PushContender.startProduct()))
    kilobytes.bare.push(await kilobytesPerSocket(await PushContender.startBare(1)))
  }
  const line = (name: string, found: readonly number[]): string =>
    `${name} ${median(found).toFixed(1)} KiB (starts: ${texts(found, 1)})`
  process.stdout.write(
    `\nmemory of the runtime for each of ${IDLE_SOCKETS} idle subscribed sockets\n` +
      `${line('opend-edge', kilobytes.product)}, ${line('bare', kilobytes.bare)}\n`,
  )
}

/** From the first socket, with which everything is there that sockets share, to the last. */
async function kilobytesPerSocket(contender: PushContender): Promise<number> {
  try {
    await contender.open(1)
    await settled()
    const before = contender.residentBytes() ?? NaN
    await contender.open(IDLE_SOCKETS)
    await settled()
    return ((contender.residentBytes() ?? NaN) - before) / 1024 / IDLE_SOCKETS
  } finally {
    await contender.stop()
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
}
