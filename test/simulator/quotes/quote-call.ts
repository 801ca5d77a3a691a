import assert from 'node:assert/strict'
import type { MessageName } from '../../../proto/messages.ts'
import type { C2S, CallContext, HandlerTable, Refusal, S2C } from '../../../src/simulator/handler.ts'
import { Market } from '../../../src/simulator/market/market.ts'
import { quoteHandlers } from '../../../src/simulator/quotes/handlers.ts'
import { Accounts } from '../../../src/simulator/trading/accounts.ts'
import type { World } from '../../../src/simulator/world.ts'
import { decodeMessage } from '../../../src/wire/decode.ts'
import { encodeMessage } from '../../../src/wire/encode.ts'
import '../../../src/wire/full-schema.ts'
import { NOW_MS } from '../market/sample-securities.ts'

export type CallName = keyof HandlerTable

/** A world with that market, and accounts that nobody uses. */
export function worldOf(market: Market): World {
  return { market, accounts: Accounts.open(market, { openedMs: Date.parse('2026-01-02') }) }
}

export const WORLD: World = worldOf(new Market({ seed: 17 }))

/** What the handler of a call says. */
export function handle<Name extends CallName>(
  name: Name,
  c2s: C2S<Name>,
  nowMs: number = NOW_MS,
  world: World = WORLD,
): S2C<Name> | Refusal {
  const handler: ((world: World, c2s: C2S<Name>, context: CallContext) => S2C<Name> | Refusal) | undefined =
    quoteHandlers[name]
  if (handler === undefined) throw new Error(`${name} has no handler`)
  return handler(world, c2s, { nowMs, connId: 1n })
}

/** The same where no refusal is expected; the answer has also been through the codec and back. */
export function answer<Name extends CallName>(
  name: Name,
  c2s: C2S<Name>,
  nowMs: number = NOW_MS,
  world: World = WORLD,
): S2C<Name> {
  const s2c = handle(name, c2s, nowMs, world)
  if (isRefusal(s2c)) throw new Error(`${name} was refused: ${s2c.refusal.retMsg}`)
  assertEncodes(`${name}.Response` as MessageName, s2c)
  return s2c
}

/** The text of the refusal that is expected. */
export function refusalOf<Name extends CallName>(name: Name, c2s: C2S<Name>, nowMs: number = NOW_MS): string {
  const s2c = handle(name, c2s, nowMs)
  if (!isRefusal(s2c)) throw new Error(`${name} was not refused`)
  assert.equal(s2c.refusal.retType, -1)
  return s2c.refusal.retMsg
}

/** Fails unless the body encodes as the response and decodes to itself: required fields, ranges, all of it. */
export function assertEncodes(response: MessageName, s2c: object): void {
  const bytes = encodeMessage(response, { retType: 0, s2c })
  const decoded = decodeMessage(response, bytes)
  if (!decoded.ok) throw new Error(`${response} does not decode`)
  const again = encodeMessage(response, decoded.value)
  assert.deepEqual(Buffer.from(again), Buffer.from(bytes))
}

function isRefusal(value: object): value is Refusal {
  return 'refusal' in value
}
