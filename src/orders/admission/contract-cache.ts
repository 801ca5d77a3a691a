import { MAX_ORDER_REGISTRY } from '../../base/memory-budget.ts'
import { SecurityType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { BoundedMap } from '../../base/collections/bounded-map.ts'
import { CALLS } from '../../calls.ts'
import type { Failure } from '../../base/failure.ts'
import { type MarketFacts, marketFactsOf, NOTHING_KNOWN } from '../../limits/market/market-facts.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { parseSymbol } from '../../wire/json/security-text.ts'
import type { SendCall } from '../../gateway/opend-client.ts'

/** Multipliers change between trading days, by corporate action; an hour is shorter than the night between two. */
const CONTRACT_FRESH_MS = 3_600_000

interface Contract {
  readonly facts: MarketFacts
  readonly readAtMs: number
}

/**
 * Caches OpenD's facts about securities for valuing orders. Contract terms are cached, so an order with its own price
 * needs no call; a price is requested each time. Concurrent requests for the same security share one call: OpenD
 * accepts 60 snapshots in 30 s.
 */
export class ContractCache {
  readonly #nowMs: () => number
  #contracts = new BoundedMap<string, Contract>(MAX_ORDER_REGISTRY)
  readonly #inFlight = new Map<string, Promise<MarketFacts | Failure>>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /**
   * Returns the facts of a security (`HK.00700`), requested through `send` when they are not cached. Without
   * `needsPrice` the price may be missing. Returns a failure when OpenD did not answer the call.
   */
  async factsOf(symbol: string, needsPrice: boolean, send: SendCall): Promise<MarketFacts | Failure> {
    const known = needsPrice ? NOTHING_KNOWN : this.knownFacts(symbol)
    if (known !== NOTHING_KNOWN) return known
    const running = this.#inFlight.get(symbol)
    if (running !== undefined) return running
    const request = this.#request(symbol, this.#contracts, send).finally(() => this.#inFlight.delete(symbol))
    this.#inFlight.set(symbol, request)
    return request
  }

  /** The cached facts of a security, without its price. */
  knownFacts(symbol: string): MarketFacts {
    const known = this.#contracts.get(symbol)
    return known !== undefined && this.#isFresh(known) ? known.facts : NOTHING_KNOWN
  }

  /** Clears the cached contracts: the link may lead to another OpenD now. */
  forget(): void {
    // A new map, since a call in flight writes into the old one.
    this.#contracts = new BoundedMap(MAX_ORDER_REGISTRY)
  }

  #isFresh({ readAtMs }: Contract): boolean {
    const ageMs = this.#nowMs() - readAtMs
    return ageMs >= 0 && ageMs < CONTRACT_FRESH_MS
  }

  async #request(
    symbol: string,
    contracts: BoundedMap<string, Contract>,
    send: SendCall,
  ): Promise<MarketFacts | Failure> {
    const facts = await marketFacts(send, symbol)
    if ('code' in facts || facts.contractMultiplier === null) return facts
    contracts.set(symbol, { facts: { ...facts, lastPrice: null }, readAtMs: this.#nowMs() })
    return facts
  }
}

async function marketFacts(send: SendCall, symbol: string): Promise<MarketFacts | Failure> {
  const security = parseSymbol(symbol)
  if (security === null) return NOTHING_KNOWN
  const request = encodeMessage('Qot_GetSecuritySnapshot.Request', { c2s: { securityList: [security] } })
  const outcome = await send(CALLS.Qot_GetSecuritySnapshot.protoId, request)
  if (!outcome.ok) return outcome.failure
  const decoded = decodeMessage('Qot_GetSecuritySnapshot.Response', outcome.body)
  const snapshot = decoded.ok ? decoded.value.s2c?.snapshotList?.[0] : undefined
  if (snapshot === undefined) return NOTHING_KNOWN
  const isFuture = snapshot.basic.type === SecurityType.Future
  return marketFactsOf(snapshot, isFuture ? await futureInfo(send, security) : null)
}

async function futureInfo(
  send: SendCall,
  security: MessageTypes['Qot_Common.Security'],
): Promise<MessageTypes['Qot_GetFutureInfo.FutureInfo'] | null> {
  const request = encodeMessage('Qot_GetFutureInfo.Request', { c2s: { securityList: [security] } })
  const outcome = await send(CALLS.Qot_GetFutureInfo.protoId, request)
  const decoded = outcome.ok ? decodeMessage('Qot_GetFutureInfo.Response', outcome.body) : null
  return decoded?.ok === true ? (decoded.value.s2c?.futureInfoList?.[0] ?? null) : null
}
