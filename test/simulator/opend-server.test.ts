import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, test } from 'node:test'
import { readCommandLine } from '../../src/cli/command-line.ts'
import { timeOfDay } from '../../src/cli/opend/clock.ts'
import { startControlServer } from '../../src/cli/opend/control-server.ts'
import { OPEND_FORM, opendCommand, type ParsedCommand } from '../../src/cli/opend/options.ts'
import { startTcpServer } from '../../src/cli/opend/tcp-server.ts'
import { OpendDriver } from '../../src/simulator/driver.ts'
import { SimulatedOpenD } from '../../src/simulator/opend.ts'
import { USUAL_LATENCY } from '../../src/simulator/session/latency.ts'
import { nativeCrypto, sha1 } from '../../src/transport/native-crypto.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { Deframer } from '../../src/wire/deframer.ts'
import { encodeMessage } from '../../src/wire/encode.ts'
import { encodeFrame, type Frame } from '../../src/wire/frame.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/opend.ts', import.meta.url))
const driver = new OpendDriver(new SimulatedOpenD({ seed: 1, crypto: nativeCrypto }), timeOfDay)
const tcp = await startTcpServer(driver, { port: 0 })
const control = await startControlServer(driver, { port: 0 })
after(async () => {
  driver.stop()
  await Promise.all([tcp.close(), control.close()])
})

const INIT = frame(1001, 1, encodeMessage('InitConnect.Request', { c2s: { clientVer: 1, clientID: 'x' } }))
const KEEP_ALIVE = frame(1004, 2, encodeMessage('KeepAlive.Request', { c2s: { time: 1n } }))

function frame(protoId: number, serial: number, body: Uint8Array): Uint8Array {
  return encodeFrame({ protoId, serial }, body, sha1(body))
}

/** Reads frames until there are `count` of them. */
async function frames(socket: Socket, count: number): Promise<Frame[]> {
  const deframer = new Deframer()
  const seen: Frame[] = []
  while (seen.length < count) {
    const [bytes] = (await once(socket, 'data', { signal: AbortSignal.timeout(5000) })) as [Buffer]
    seen.push(...deframer.push(bytes).frames)
  }
  return seen
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect', { signal: AbortSignal.timeout(5000) })
  return socket
}

function parseCommand(args: readonly string[], nowMs: number): ParsedCommand {
  const reading = readCommandLine(OPEND_FORM, args)
  if (reading.kind === 'run') return opendCommand(reading.line, nowMs)
  return { ok: false, problem: reading.kind === 'refused' ? reading.problem : reading.text }
}

/** Runs `npm run opend` to its end, as it is expected to refuse. */
async function refusal(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, errors }
}

async function put(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${control.port}${path}`, { method: 'PUT', body, headers })
}

test('the simulator answers over a real socket', async () => {
  const socket = await open(tcp.port)
  socket.write(Buffer.concat([INIT, KEEP_ALIVE]))
  const [init, alive] = await frames(socket, 2)
  const greeting = decodeMessage('InitConnect.Response', init?.body ?? new Uint8Array(0))
  assert.ok(greeting.ok && greeting.value.retType === 0)
  assert.deepEqual([alive?.header.protoId, alive?.header.serial], [1004, 2])
  socket.destroy()
})

test('the control port changes the faults of a running simulator, and cuts its connections', async () => {
  const socket = await open(tcp.port)
  socket.write(INIT)
  await frames(socket, 1)
  assert.equal((await put('/script', '[{"id":1004,"do":"delay","ms":20}]')).status, 200)
  socket.write(KEEP_ALIVE)
  assert.equal((await frames(socket, 1)).length, 1, 'the timer brings a delayed reply')
  const closed = once(socket, 'close', { signal: AbortSignal.timeout(5000) })
  socket.resume()
  const restart = await fetch(`http://127.0.0.1:${control.port}/restart`, { method: 'POST' })
  assert.equal(restart.status, 200)
  await closed
  assert.equal((await put('/script', '[]')).status, 200)
})

test('the control port refuses what it does not understand, and what a web page could send', async () => {
  const bad = await put('/script', '[{"do":"nothing"}]')
  assert.equal(bad.status, 400)
  assert.match(((await bad.json()) as { error: string }).error, /rule 0/)
  assert.equal((await put('/login', 'elsewhere')).status, 400)
  assert.equal((await put('/elsewhere', '')).status, 404)
  assert.equal((await put('/script', '[]', { origin: 'https://example.com' })).status, 403)
})

test('a taken port is an error, not a crash', async () => {
  await assert.rejects(startTcpServer(driver, { port: tcp.port }), /EADDRINUSE/)
  await assert.rejects(startControlServer(driver, { port: tcp.port }), /EADDRINUSE/)
})

test('bad flags are refused with the flag and what it takes', () => {
  const table = [
    [['--prot', '1'], /--prot/],
    [['--port', '70000'], /--port takes/],
    [['--port', 'x'], /--port takes/],
    [['--seed', '1.5'], /--seed takes/],
    [['--clock', 'frozen:never'], /--clock takes/],
    [['--clock', 'fast:0'], /--clock takes/],
    [['--rsa-key', '/nowhere'], /--rsa-key: .*nowhere/],
    [['--rsa-key', fileURLToPath(import.meta.url)], /--rsa-key takes/],
    [['--script', fileURLToPath(import.meta.url)], /--script: .*not JSON/],
    [['--latency', 'slow'], /--latency takes/],
    [['--latency', '9-5'], /--latency takes/],
    [['--latency', '1/2/3'], /--latency takes/],
    [['--latency', '20000'], /--latency takes/],
    [['stray'], /stray/],
  ] as const
  for (const [args, problem] of table) {
    const parsed = parseCommand(args, 0)
    assert.ok(!parsed.ok, args.join(' '))
    assert.match(parsed.problem, problem)
  }
})

test('npm run opend has a help, refuses what it does not know, and names what holds its port', async () => {
  const help = await refusal('--help')
  assert.deepEqual([help.code, help.errors], [0, ''])
  assert.match(help.out, /^usage: npm run opend -- \[options\]\n/)
  const unknown = await refusal('--ws_port', '1')
  assert.deepEqual(unknown, {
    code: 2,
    out: '',
    errors: 'Unknown option --ws_port: did you mean --ws-port?\nSee npm run opend -- --help\n',
  })
  const taken = await refusal('--port', String(tcp.port))
  assert.equal(taken.code, 1)
  const holder = `${basename(process.execPath)} \\(process ${process.pid}\\)`
  assert.match(taken.errors, new RegExp(`^Port ${tcp.port} is in use by ${holder}: stop it or choose another port`))
})

test('flags give what they say', () => {
  const parsed = parseCommand(['--port', '0', '--ws-key', 'secret123', '--clock', 'fast:60@2026-11-20T02:00:00Z'], 5)
  assert.ok(parsed.ok)
  assert.equal(parsed.command.webSocketKeyMd5, '5d7845ac6ee7cfffafc5fe5f35cf666d')
  assert.deepEqual(parsed.command.clock, { kind: 'fast', factor: 60, fromMs: Date.UTC(2026, 10, 20, 2), sinceMs: 5 })
  assert.deepEqual([parsed.command.port, parsed.command.webSocketPort], [0, null])
  assert.equal(parsed.command.limitsRates, true)
  assert.deepEqual(parsed.command.latency, USUAL_LATENCY)
  for (const [text, latency] of [
    ['0', null],
    ['30', { orders: { leastMs: 30, mostMs: 30 }, reads: USUAL_LATENCY.reads }],
    ['30-60/0', { orders: { leastMs: 30, mostMs: 60 }, reads: { leastMs: 0, mostMs: 0 } }],
  ] as const) {
    const given = parseCommand(['--latency', text], 5)
    assert.ok(given.ok)
    assert.deepEqual(given.command.latency, latency, text)
  }
  const unlimited = parseCommand(['--no-rate-limits'], 5)
  assert.ok(unlimited.ok && !unlimited.command.limitsRates)
})

test('npm run opend says where it listens and ends cleanly on SIGTERM, with clients connected', async () => {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--ws-port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    let said = ''
    while (!said.includes('ws://')) {
      const [text] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) })) as [Buffer]
      said += text.toString()
    }
    const port = Number(/tcp:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1])
    const socket = await open(port)
    socket.write(INIT)
    await frames(socket, 1)
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(5000) })
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
    socket.destroy()
  } finally {
    child.kill('SIGKILL')
  }
})
