import { MAX_ORDER_REGISTRY } from '../../base/memory-budget.ts'
import { SecurityType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { BoundedMap } from '../../base/bounded-map.ts'
import { CALLS } from '../../calls.ts'
import type { Failure } from '../../base/failure.ts'
import { type MarketFacts, marketFactsOf, NOTHING_KNOWN } from '../../limits/market-facts.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { parseSymbol } from '../../wire/security-text.ts'
import type { Upstream } from '../reconciliation/account-orders.ts'

/** Multipliers change between trading days, by corporate action; an hour is well within the night between two. */
const CONTRACT_FRESH_MS = 3_600_000

interface Contract {
  readonly facts: MarketFacts
  readonly readAtMs: number
}

/**
 * What OpenD says of securities, for valuing orders. The terms of a contract are kept, so an order with a price of its
 * own costs no call; a price is asked for each time. Calls that ask for the same security at the same time share one:
 * OpenD takes 60 snapshots in 30 s.
 */
export class ContractCache {
  readonly #nowMs: () => number
  #contracts = new BoundedMap<string, Contract>(MAX_ORDER_REGISTRY)
  readonly #asked = new Map<string, Promise<MarketFacts | Failure>>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /**
   * The facts of a security (`HK.00700`), asked of `upstream` where they are not cached. Without `needsPrice` the price
   * may be left out. A failure when the call to OpenD was not answered.
   */
  async factsOf(symbol: string, needsPrice: boolean, upstream: Upstream): Promise<MarketFacts | Failure> {
    const known = needsPrice ? NOTHING_KNOWN : this.knownFacts(symbol)
    if (known !== NOTHING_KNOWN) return known
    const running = this.#asked.get(symbol)
    if (running !== undefined) return running
    const asking = this.#ask(symbol, this.#contracts, upstream).finally(() => this.#asked.delete(symbol))
    this.#asked.set(symbol, asking)
    return asking
  }

  /** The facts of a security as far as they are at hand, without its price. */
  knownFacts(symbol: string): MarketFacts {
    const known = this.#contracts.get(symbol)
    return known !== undefined && this.#isFresh(known) ? known.facts : NOTHING_KNOWN
  }

  /** Forgets the contracts: OpenD may be another one now. */
  forget(): void {
    // A call that is on its way writes into the map that it began with.
    this.#contracts = new BoundedMap(MAX_ORDER_REGISTRY)
  }

  #isFresh({ readAtMs }: Contract): boolean {
    const ageMs = this.#nowMs() - readAtMs
    return ageMs >= 0 && ageMs < CONTRACT_FRESH_MS
  }

  async #ask(
    symbol: string,
    contracts: BoundedMap<string, Contract>,
    upstream: Upstream,
  ): Promise<MarketFacts | Failure> {
    const facts = await marketFacts(upstream, symbol)
    if ('code' in facts || facts.contractMultiplier === null) return facts
    contracts.set(symbol, { facts: { ...facts, lastPrice: null }, readAtMs: this.#nowMs() })
    return facts
  }
}

async function marketFacts(upstream: Upstream, symbol: string): Promise<MarketFacts | Failure> {
  const security = parseSymbol(symbol)
  if (security === null) return NOTHING_KNOWN
  const request = encodeMessage('Qot_GetSecuritySnapshot.Request', { c2s: { securityList: [security] } })
  const outcome = await upstream(CALLS.Qot_GetSecuritySnapshot.protoId, request)
  if (!outcome.ok) return outcome.failure
  const decoded = decodeMessage('Qot_GetSecuritySnapshot.Response', outcome.body)
  const snapshot = decoded.ok ? decoded.value.s2c?.snapshotList?.[0] : undefined
  if (snapshot === undefined) return NOTHING_KNOWN
  const isFuture = snapshot.basic.type === SecurityType.Future
  return marketFactsOf(snapshot, isFuture ? await futureInfo(upstream, security) : null)
}

async function futureInfo(
  upstream: Upstream,
  security: MessageTypes['Qot_Common.Security'],
): Promise<MessageTypes['Qot_GetFutureInfo.FutureInfo'] | null> {
  const request = encodeMessage('Qot_GetFutureInfo.Request', { c2s: { securityList: [security] } })
  const outcome = await upstream(CALLS.Qot_GetFutureInfo.protoId, request)
  const decoded = outcome.ok ? decodeMessage('Qot_GetFutureInfo.Response', outcome.body) : null
  return decoded?.ok === true ? (decoded.value.s2c?.futureInfoList?.[0] ?? null) : null
}
