import { commandLine, type CommandForm, refuseCommandLine } from '../../src/cli/command-line.ts'
import { nearestName } from '../../src/wire/json/names/nearest-name.ts'
import { benchAuthAndAudit } from './auth-and-audit.ts'
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
  'auth-and-audit': benchAuthAndAudit,
  simulator: benchSimulator,
  memory: benchMemory,
}

const FORM: CommandForm<never> = {
  command: 'npm run bench --',
  about: 'Runs all benches, or those named. Each prints what it measured.',
  options: {},
  operands: { name: 'BENCH ...', about: Object.keys(BENCHES).join(', ') },
}

const { operands } = commandLine(FORM)
for (const name of operands) {
  if (Object.hasOwn(BENCHES, name)) continue
  const nearest = nearestName(name, Object.keys(BENCHES))
  refuseCommandLine(FORM, `There is no bench ${name}${nearest === null ? '.' : `: did you mean ${nearest}?`}`)
}
for (const name of operands.length > 0 ? operands : Object.keys(BENCHES)) await BENCHES[name]?.()
