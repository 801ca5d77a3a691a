import { succeed } from '../../src/base/result.ts'
import { Gateway } from '../../src/core/gateway.ts'
import type { Transport } from '../../src/gateway/link/framing.ts'
import type { LinkListener } from '../../src/transport/link.ts'
import { sha1 } from '../../src/transport/native-crypto.ts'
import { Disk } from '../orders/simulation/disk.ts'
import { Rng } from '../orders/simulation/rng.ts'
import { StoredLedger, StoredSwitches } from '../orders/simulation/stored-tables.ts'
import { VirtualClock } from '../orders/simulation/virtual-clock.ts'
import { plainRoute } from '../gateway/link/plain-route.ts'

/** What a test changes about the gateway. */
interface CoreRigOptions {
  readonly hasTimers?: boolean
  readonly isParked?: boolean
  /** The way to OpenD; without it the links go nowhere. */
  readonly transportOf?: (clock: VirtualClock) => Transport
}

/** A gateway over a storage in memory, with links that the test ends and sockets that can be made to fail. */
export class CoreRig {
  readonly clock = new VirtualClock()
  readonly alarms: number[] = []
  /** The links that the gateway has opened so far. */
  readonly links: LinkListener[] = []
  readonly gateway: Gateway
  /** From now on the sockets fail when they are looked at. */
  areSocketsBroken = false

  /** Timers of an instance that was evicted never fire: pass false for them. */
  constructor({ hasTimers = true, isParked = false, transportOf }: CoreRigOptions = {}) {
    const { clock } = this
    const random = new Rng(2)
    const volume = new Disk(clock, new Rng(1)).open()
    this.gateway = new Gateway({
      timers: {
        nowMs: () => clock.wallMs(),
        after: (ms, run) => (hasTimers ? clock.after(ms, run) : () => undefined),
      },
      session: { random: () => 0.5 },
      sha1,
      isParked,
      transports: [
        transportOf?.(clock) ?? {
          ...plainRoute(),
          name: 'rig',
          connect: (listener) => {
            this.links.push(listener)
            return { send: () => undefined, close: () => undefined }
          },
        },
      ],
      ledger: new StoredLedger(
        volume,
        () => true,
        () => undefined,
      ),
      switches: new StoredSwitches(volume, () => true),
      exits: { active: () => [], byId: () => null, put: () => undefined },
      presentTerms: async (request) => succeed(request),
      subscriptions: { all: () => [], put: () => undefined, remove: () => undefined },
      sockets: {
        size: 0,
        all: () => {
          if (this.areSocketsBroken) throw new Error('the sockets are gone')
          return []
        },
        byId: () => null,
        ofCaller: () => [],
        identify: () => undefined,
        forget: () => undefined,
        pingedAtMs: () => null,
      },
      secureRandom: () => random.unit(),
      runId: 'test',
      identify: async () => ({ ok: false, failure: { code: 'auth.invalid_token' } }),
      standing: () => 'valid',
      orderStanding: () => 'valid',
      alarmBy: (atMs) => void this.alarms.push(atMs),
      onRefused: () => undefined,
      onEntry: () => undefined,
      onContradiction: () => undefined,
      onError: () => undefined,
    })
  }
}
