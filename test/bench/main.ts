import { benchCachedReads } from './cached-reads.ts'
import { benchMemory } from './memory.ts'
import { benchOrders } from './orders.ts'
import { benchPushes } from './pushes.ts'
import { benchRelay } from './relay.ts'
import { benchSimulator } from './simulator.ts'

/** `npm run bench`: all benches, or those named: `npm run bench -- relay`. Each prints what it measured. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  relay: benchRelay,
  'cached-reads': benchCachedReads,
  pushes: benchPushes,
  orders: benchOrders,
  simulator: benchSimulator,
  memory: benchMemory,
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES)
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  process.stderr.write(`no bench ${unknown.join(', ')}; there is: ${Object.keys(BENCHES).join(', ')}\n`)
  process.exitCode = 1
} else for (const name of names) await BENCHES[name]?.()
