import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ModifyOrderOp, OrderStatus, OrderType, SubType, TrdEnv, TrdMarket, TrdSide } from '../../proto/enums.ts'
import type { RunOptions } from '../../src/cli/opend/run-options.ts'
import { openStateFile } from '../../src/cli/opend/state-file.ts'
import { hash32 } from '../../src/simulator/session/identity.ts'
import { SocketClient } from './socket-client.ts'

/**
 * `npm run opend -- --data DIR` over the end of its process. `KILL_ROUNDS` and `KILL_SEED` run more rounds of kill -9,
 * or the same ones again.
 */
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 4)
const SEED = Number(process.env['KILL_SEED'] ?? randomInt(2 ** 31))

const MAIN = fileURLToPath(new URL('../../src/cli/opend.ts', import.meta.url))
const HEADER = { trdEnv: TrdEnv.Simulate, accID: 281756479345015383n, trdMarket: TrdMarket.HK }
/** Ten o'clock on a trading day in Hong Kong, and faster than life, so that orders fill within a round. */
const CLOCK = 'fast:30@2026-11-20T02:00:00Z'

const OPTIONS: RunOptions = { seed: 1, clock: 'real', hours: 'exchange', replay: null }

const top = mkdtempSync(join(tmpdir(), 'opend-edge-opend-data-'))
const servers: ChildProcess[] = []
after(() => {
  for (const server of servers) server.kill('SIGKILL')
  rmSync(top, { recursive: true })
})

interface Server {
  readonly process: ChildProcess
  readonly port: number
}

async function start(folder: string, ...more: readonly string[]): Promise<Server> {
  const args = [MAIN, '--port', '0', '--data', folder, '--clock', CLOCK, '--no-rate-limits', ...more]
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  servers.push(server)
  let said = ''
  while (!/tcp:.*\n/.test(said)) {
    const [text] = (await once(server.stdout, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer]
    said += text.toString()
  }
  return { process: server, port: Number(/tcp:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]) }
}

async function end(server: Server, signal: NodeJS.Signals): Promise<void> {
  const ended = once(server.process, 'exit', { signal: AbortSignal.timeout(20_000) })
  server.process.kill(signal)
  await ended
}

/** Runs the command to its end, as it is expected to refuse. */
async function refusal(...args: readonly string[]): Promise<readonly [number | null, string]> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  servers.push(child)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [code] = (await once(child, 'close', { signal: AbortSignal.timeout(20_000) })) as [number | null]
  return [code, said]
}

/** What OpenD has acknowledged, over all rounds. */
class Acknowledged {
  readonly orders = new Map<bigint, 'placed' | 'cancelled'>()
  readonly fills = new Map<bigint, number>()
  readonly connections = new Set<bigint>()
  readonly historyCodes = new Set<string>()
  clockSeconds = 0n

  async check(client: SocketClient): Promise<void> {
    assert.ok(!this.connections.has(client.connId), 'a connection id was given twice')
    this.connections.add(client.connId)
    const { time } = await client.call('GetGlobalState', { userID: 0n })
    assert.ok(time >= this.clockSeconds, `the clock went back from ${this.clockSeconds} to ${time}`)
    const { orderList = [] } = await client.call('Trd_GetOrderList', { header: HEADER })
    const known = new Map(orderList.map((order) => [order.orderID, order]))
    assert.equal(known.size, orderList.length, 'an order id was given twice')
    for (const [orderID, state] of this.orders) {
      const order = known.get(orderID)
      assert.ok(order !== undefined, `order ${orderID} is lost`)
      if (state === 'cancelled') assert.equal(order.orderStatus, OrderStatus.Cancelled_All)
      assert.ok((order.fillQty ?? 0) >= (this.fills.get(orderID) ?? 0), `a fill of order ${orderID} is lost`)
    }
    const bought = orderList.reduce((sum, order) => sum + (order.fillQty ?? 0), 0)
    const { positionList = [] } = await client.call('Trd_GetPositionList', { header: HEADER })
    assert.equal(
      positionList.reduce((sum, { qty }) => sum + qty, 0),
      bought,
      'the position is the sum of the fills',
    )
    const quota = await client.call('Qot_RequestHistoryKLQuota', { bGetDetail: true })
    const charged = new Set(quota.detailList?.map(({ security }) => security.code))
    for (const code of this.historyCodes) assert.ok(charged.has(code), `the charge for ${code} is lost`)
  }
}

const CODES = ['00700', '00005', '00388', '00941', '01299']

/** Makes calls until the connection ends, and records what is acknowledged. */
async function trade(client: SocketClient, seed: number, seen: Acknowledged, onReply: () => void): Promise<void> {
  for (let step = 0; ; step++) {
    const random = hash32(seed, step)
    const resting = [...seen.orders].filter(([, state]) => state === 'placed').map(([id]) => id)
    const orderID = resting[random % Math.max(1, resting.length)]
    if (random % 5 === 0 && orderID !== undefined) {
      const cancel = { packetID: client.packetID(), header: HEADER, orderID, modifyOrderOp: ModifyOrderOp.Cancel }
      const { retType } = await client.ask('Trd_ModifyOrder', cancel)
      if (retType === 0) seen.orders.set(orderID, 'cancelled')
    } else if (random % 5 === 1) {
      const code = CODES[random % CODES.length] ?? ''
      await client.call('Qot_RequestHistoryKL', {
        ...{ rehabType: 1, klType: 2, security: { market: 1, code } },
        ...{ beginTime: '2026-11-02', endTime: '2026-11-06' },
      })
      seen.historyCodes.add(code)
    } else if (random % 5 === 2) {
      seen.clockSeconds = (await client.call('GetGlobalState', { userID: 0n })).time
    } else {
      const isMarket = random % 3 === 0
      // In a long run the account runs out of money.
      const { s2c } = await client.ask('Trd_PlaceOrder', {
        packetID: client.packetID(),
        header: HEADER,
        trdSide: TrdSide.Buy,
        orderType: isMarket ? OrderType.Market : OrderType.Normal,
        code: '00700',
        secMarket: 1,
        qty: 100,
        ...(!isMarket && { price: 100 }),
      })
      if (s2c?.orderID !== undefined) seen.orders.set(s2c.orderID, 'placed')
    }
    for (const { s2c } of client.pushes.splice(0)) {
      const { orderID: filled, fillQty } = (s2c['order'] ?? {}) as { orderID?: bigint; fillQty?: number }
      if (filled !== undefined) seen.fills.set(filled, Math.max(fillQty ?? 0, seen.fills.get(filled) ?? 0))
    }
    onReply()
  }
}

test(`what was acknowledged is there after kill -9, ${ROUNDS} rounds of KILL_SEED=${SEED}`, async (t) => {
  const folder = join(top, 'killed')
  const seen = new Acknowledged()
  for (let round = 0; round < ROUNDS; round++) {
    const server = await start(folder, '--latency', round % 2 === 0 ? '0' : '20-30/1-3')
    const client = await SocketClient.open(server.port)
    await seen.check(client)
    await client.call('Trd_SubAccPush', { accIDList: [HEADER.accID] })
    // The kill comes between or during calls, because several callers are at work.
    let repliesLeft = 5 + (hash32(SEED, round) % 40)
    const onReply = (): void => {
      if (--repliesLeft === 0) server.process.kill('SIGKILL')
    }
    const ended = once(server.process, 'exit', { signal: AbortSignal.timeout(30_000) })
    const callers = [1, 2, 3].map((caller) => trade(client, hash32(SEED, round * 8 + caller), seen, onReply))
    for (const { reason } of (await Promise.allSettled(callers)) as { reason?: Error }[]) {
      assert.match(reason?.message ?? '', /the connection ended/)
    }
    await ended
  }
  const server = await start(folder)
  await seen.check(await SocketClient.open(server.port))
  assert.ok(seen.orders.size > 0)
  await end(server, 'SIGTERM')
  t.diagnostic(`${seen.orders.size} orders, ${seen.connections.size} connections`)
})

test('the subscription quota of killed connections stays in use for its minute, and a clean end keeps everything', async () => {
  const folder = join(top, 'quota')
  const killed = await start(folder)
  const first = await SocketClient.open(killed.port)
  const security = { market: 1, code: '00700' }
  await first.call('Qot_Sub', {
    securityList: [security],
    subTypeList: [SubType.Basic, SubType.RT],
    isSubOrUnSub: true,
  })
  await end(killed, 'SIGKILL')
  const stopped = await start(folder)
  const second = await SocketClient.open(stopped.port)
  assert.equal((await second.call('Qot_GetSubInfo', {})).totalUsedQuota, 2)
  const { time } = await second.call('GetGlobalState', { userID: 0n })
  await end(stopped, 'SIGTERM')
  assert.equal(stopped.process.exitCode, 0)
  const last = await start(folder)
  const { time: later } = await (await SocketClient.open(last.port)).call('GetGlobalState', { userID: 0n })
  // The market's clock stands still while no server runs: thirty seconds of it are one of ours.
  assert.ok(later >= time && later < time + 30n * 15n, `${later - time} s`)
  await end(last, 'SIGTERM')
})

test('a folder in use is refused with one sentence', async () => {
  const folder = join(top, 'in-use')
  const held = openStateFile(folder, OPTIONS)
  assert.ok(held.ok)
  assert.deepEqual(await refusal('--data', folder), [
    1,
    `--data: another npm run opend uses ${folder}: stop it, or name another folder with --data.\n`,
  ])
  held.file.close()
})

test('a folder of another market, or with other contents, is refused', () => {
  const problemOf = (path: string, options: Partial<RunOptions> = {}): string => {
    const opened = openStateFile(path, { ...OPTIONS, ...options })
    if (opened.ok) opened.file.close()
    return opened.ok ? '' : opened.problem
  }
  const folder = join(top, 'new', 'folder')
  assert.equal(problemOf(folder), '')
  assert.equal(problemOf(folder), '', 'the same run continues')
  const advice = 'use that, or name another folder with --data.'
  assert.equal(problemOf(folder, { seed: 2 }), `--data: ${folder} contains a run with --seed 1: ${advice}`)
  assert.equal(problemOf(folder, { clock: 'fast:60' }), `--data: ${folder} contains a run with --clock real: ${advice}`)
  assert.match(problemOf(folder, { hours: 'always' }), /contains a run with --hours exchange/)
  const replay = { path: '/ticks.csv', md5: 'a' }
  const other = 'or name another folder with --data.'
  assert.equal(
    problemOf(folder, { replay }),
    `--data: ${folder} contains a run without --replay: leave it out, ${other}`,
  )
  const replayed = join(top, 'replayed')
  assert.equal(problemOf(replayed, { replay }), '')
  assert.equal(problemOf(replayed, { replay: { ...replay, path: '/copy.csv' } }), '', 'a copy of the recording')
  for (const now of [null, { path: '/other.csv', md5: 'b' }]) {
    assert.match(problemOf(replayed, { replay: now }), /contains a run with --replay \/ticks.csv: use that, or name/)
  }
  assert.match(
    problemOf(replayed, { replay: { ...replay, md5: 'b' } }),
    /contains a run with other contents of --replay \/ticks.csv: restore the file, or name/,
  )
  const file = join(top, 'file')
  writeFileSync(file, '')
  assert.equal(problemOf(file), `--data takes a folder, and ${file} is a file.`)
  assert.match(problemOf(join(file, 'below')), /cannot be created \(.*\): name another folder\.$/)
  const foreign = mkdtempSync(join(top, 'foreign-'))
  writeFileSync(join(foreign, 'opend.sqlite'), 'no database, but a text long enough to be taken for one. '.repeat(20))
  assert.match(problemOf(foreign), /cannot be read \(.*\): delete it to begin anew\.$/)
})
