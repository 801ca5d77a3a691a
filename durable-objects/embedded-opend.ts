import { OpendDriver } from '../src/simulator/driver.ts'
import { SimulatedOpenD, type SimulatorState } from '../src/simulator/opend.ts'
import type { Latency } from '../src/simulator/session/latency.ts'
import type { Connect } from '../src/transport/link.ts'
import { loopbackConnector } from '../src/transport/loopback.ts'
import { nativeCrypto } from '../src/transport/native-crypto.ts'
import type { Database } from './storage/database.ts'
import { SimulatorStore } from './storage/simulator-state.ts'

/** Fixed, so that every demo has the same market; only the time of day differs. */
const SEED = 20_261_101

/**
 * The simulated OpenD inside the gateway object: the same bytes as over TCP, without a socket. Its markets are always
 * open, so the demo works at any hour. Its state is written to the object's storage after each event that changes it,
 * so accounts and orders survive a restart of the object. Its replies take `latency`; null sends them at once.
 */
export function embeddedOpenD(storage: Database, latency: Latency | null): Connect {
  const stored = new SimulatorStore(storage)
  const opend = restored(stored.read(), latency) ?? freshOpenD(undefined, latency)
  let storedRevision = opend.revision
  const save = (): void => {
    if (opend.revision === storedRevision) return
    storedRevision = opend.revision
    stored.write(JSON.stringify(opend.snapshot(Date.now())))
  }
  const time = {
    nowMs: () => Date.now(),
    after: (delayMs: number, wake: () => void) => {
      const timer = setTimeout(wake, delayMs)
      return () => clearTimeout(timer)
    },
  }
  const driver = new OpendDriver(opend, time, save)
  return loopbackConnector({ accept: (sink) => driver.open('tcp', sink) })
}

/** The simulator with its stored state; null when no state is stored, or when this version cannot read it. */
function restored(text: string, latency: Latency | null): SimulatedOpenD | null {
  if (text === '') return null
  try {
    // Only `save` writes the state, possibly that of an older version.
    return freshOpenD(JSON.parse(text) as SimulatorState, latency)
  } catch (error) {
    console.warn('the stored state of the simulator cannot be read: it starts with an empty state', error)
    return null
  }
}

function freshOpenD(state: SimulatorState | undefined, latency: Latency | null): SimulatedOpenD {
  return new SimulatedOpenD({
    seed: SEED,
    latency,
    crypto: nativeCrypto,
    startedMs: Date.now(),
    market: { hours: 'always' },
    onBug: (bug) => console.error('bug in the simulator', bug),
    ...(state === undefined ? {} : { state }),
  })
}
