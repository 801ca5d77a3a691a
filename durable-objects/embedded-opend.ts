import { OpendDriver } from '../src/simulator/driver.ts'
import { SimulatedOpenD, type SimulatorState } from '../src/simulator/opend.ts'
import type { Connect } from '../src/transport/link.ts'
import { loopbackConnector } from '../src/transport/loopback.ts'
import { nativeCrypto } from '../src/transport/native-crypto.ts'
import type { Database } from './storage/database.ts'
import { SimulatorStore } from './storage/simulator-state.ts'

/** The same market for everyone who starts the demo; what differs is the time of day. */
const SEED = 20_261_101

/**
 * The simulated OpenD inside the gateway object: same bytes as over TCP, no socket. Its markets never close, so that
 * there is something to see at any hour. Its state is written to the object's storage after each event that changed it,
 * so accounts and orders survive a restart of the object.
 */
export function embeddedOpenD(storage: Database): Connect {
  const stored = new SimulatorStore(storage)
  const opend = restored(stored.read()) ?? freshOpenD(undefined)
  let storedRevision = opend.revision
  const keep = (): void => {
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
  const driver = new OpendDriver(opend, time, keep)
  return loopbackConnector({ accept: (sink) => driver.open('tcp', sink) })
}

/** The simulator as it was; null when nothing is stored, or something that this version cannot read. */
function restored(text: string): SimulatedOpenD | null {
  if (text === '') return null
  try {
    // Only `keep` writes it, though perhaps that of an older version.
    return freshOpenD(JSON.parse(text) as SimulatorState)
  } catch (error) {
    console.warn('the stored state of the simulator cannot be read; it starts anew', error)
    return null
  }
}

function freshOpenD(state: SimulatorState | undefined): SimulatedOpenD {
  return new SimulatedOpenD({
    seed: SEED,
    crypto: nativeCrypto,
    startedMs: Date.now(),
    market: { hours: 'always' },
    onBug: (bug) => console.error('the simulator made a mistake', bug),
    ...(state === undefined ? {} : { state }),
  })
}
