import { OpendDriver } from '../src/simulator/driver.ts'
import { SimulatedOpenD, type SimulatorState } from '../src/simulator/opend.ts'
import { type Connect } from '../src/transport/link.ts'
import { loopbackConnector } from '../src/transport/loopback.ts'
import { aes128, md5Hex, rsaKey, sha1, utf8 } from '../src/transport/native-crypto.ts'

/** The same market for everyone who starts the demo; what differs is the time of day. */
const SEED = 20_261_101

/** Key of the simulator's state in the object's storage. */
const STORED_STATE = 'simulator'

/**
 * The simulated OpenD inside the gateway object: same bytes as over TCP, no socket. Its state is written to the
 * object's storage after each event that changed it, so accounts and orders survive a restart of the object.
 */
export function embeddedOpenD(storage: DurableObjectStorage): Connect {
  const state = storage.kv.get<SimulatorState>(STORED_STATE)
  const crypto = { sha1, aes128, rsaKey, utf8, md5Hex }
  const opend = new SimulatedOpenD({ seed: SEED, crypto, ...(state === undefined ? {} : { state }) })
  let storedRevision = opend.revision
  const keep = (): void => {
    if (opend.revision === storedRevision) return
    storedRevision = opend.revision
    storage.kv.put(STORED_STATE, opend.snapshot(Date.now()))
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
