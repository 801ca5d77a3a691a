/**
 * The memory of the two isolates. Cloudflare gives each 128 MB. What the code remembers takes at most 96 MB of it, all
 * bounds reached at once; the rest is for the code, the schema and what a single call needs while it is under way. A
 * test adds the shares up.
 *
 * Two things are not counted. The simulated OpenD is on board of the demonstration alone. Text that a socket was given
 * and the client has not read lies in buffers of the platform; `Flow` bounds it for each socket.
 */

const KIB = 1024
const MIB = 1024 * KIB

/** What everything remembered may take in one isolate. */
export const MAX_REMEMBERED_BYTES = 96 * MIB

/** A part of an isolate's memory. */
export interface Share {
  readonly what: string
  readonly bytes: number
}

/**
 * Body of one frame from OpenD, which states no maximum. The largest replies known, the static facts or the K-lines that
 * one call may ask for, take less than 1 MiB; a whole market's list of securities takes about 4.
 */
export const MAX_FRAME_BODY_BYTES = 8 * MIB
/** From so many received bytes on, an unfinished frame gets its whole memory: the old and the new buffer coexist. */
export const WHOLE_FRAME_FROM_BYTES = MIB / 2

/** How many calls may be pending, and how many bytes of those may wait for the link. */
export interface Bound {
  readonly calls: number
  readonly bytes: number
}

/**
 * Calls that wait for the link or for their reply, by kind. Each kind has its own places.
 *
 * - Kill switches: OpenD takes 20 changes and 10 lists of an account in 30 s, so this is a switch on every account of a
 *   login at once.
 * - Other calls above reads (orders, cancels, what finishes them): fifty accounts with all that OpenD takes of them.
 * - Reads: one object serves about 1,000 requests a second; two seconds of them behind a gateway that stopped answering
 *   is where refusing is kinder than queueing.
 *
 * The bytes are those of calls without a link. A switch and an order have fewer than 400 bytes, a read about 50; the
 * largest read that the Worker accepts (256 KiB of JSON) still fits into the quarter that one caller may use.
 */
export const MAX_PENDING = {
  switch: { calls: 1_024, bytes: MIB / 4 },
  order: { calls: 2_048, bytes: (3 * MIB) / 4 },
  read: { calls: 2_048, bytes: (3 * MIB) / 2 },
} as const satisfies Record<string, Bound>
const PENDING_CALLS = MAX_PENDING.switch.calls + MAX_PENDING.order.calls + MAX_PENDING.read.calls
const PENDING_BYTES = MAX_PENDING.switch.bytes + MAX_PENDING.order.bytes + MAX_PENDING.read.bytes

/**
 * Bytes that may wait for an OpenD that does not read: all calls that waited for the link leave at once when it comes up.
 * OpenD reads at once; one this far behind is stuck.
 */
export const MAX_UNSENT_BYTES = 3 * MIB

/**
 * Reads that may wait for OpenD's limits, and the bytes of their bodies, over all limiters: sixteen limits with full
 * queues, at 1 KiB each. Other ranks are bounded by their queues: their accounts are on the login's list, their bodies
 * are small, and reads must not be able to shut them out.
 */
export const MAX_WAITING_READS = 1_024
export const MAX_WAITING_READ_BYTES = MIB
const WAITING_ORDERS_BYTES = MIB

/**
 * Limiters that are kept. A login has a few dozen accounts with 15 limits each and 110 limits of its own; the bound only
 * stops invented account numbers.
 */
export const MAX_LIMITERS = 768
/**
 * Limiters that only calls above the rank of reads may still make. Their accounts are on the login's list, so that they
 * are few, and reads of invented accounts must not make the orders of real ones share a limiter.
 */
export const MAX_LIMITERS_FOR_ORDERS = 256
/** Answers about callers that a limiter keeps between two changes: callers that are busy with one limit at one time. */
export const MAX_LIMITER_ANSWERS = 32

/**
 * Push sockets: a dozen callers with all that one caller may open (200). The platform would take 32,768, but each costs
 * memory here: itself, its flow, its facts.
 */
export const MAX_SOCKETS = 2_560
/** What waits for all push clients together: 2,000 clients a few KiB behind, or eight that do not read at all. */
export const MAX_OUTBOXES_BYTES = 8 * MIB
/** The latest events of all streams, for clients that reconnect: some 5,000 ticks or orders at 1.5 KiB each. */
export const MAX_RETAINED_BYTES = 8 * MIB
/** Streams without a listener that are still known. OpenD's largest quota is 2,000 subscriptions. */
export const MAX_UNHEARD_STREAMS = 3_000
/** Messages of all push clients that wait for the ones before them, in UTF-16 units: four of the largest. */
export const MAX_WAITING_MESSAGES_CHARS = 256 * KIB
const PARSED_BYTES_PER_CHAR = 4

/** Subscriptions over all subscribers, each counted as often as it is held: ten that hold OpenD's largest quota. */
export const MAX_HELD_UNITS = 20_000
/** Virtual connections with anything subscribed: all sockets, and as many callers of the REST interface. */
export const MAX_SUBSCRIBERS = 5_000
/** Accounts that one subscriber can want pushes of. A login has a handful, at most some dozens. */
export const MAX_ACCOUNTS_PER_SUBSCRIBER = 256
/** The same over all subscribers: each socket can want three, on average. */
export const MAX_WATCHED_ACCOUNTS = 7_500

/** Streams whose value is known: OpenD's largest quota is 2,000 units, of which a K-line can have three adjustments. */
export const MAX_QUOTE_STREAMS = 4_000
const ORDER_BOOKS = 2_000
/** Bars, ticks and minutes of all series: 16 with the 1,000 that a getter returns at most, or 160 with 100. */
export const MAX_SERIES_ITEMS = 16_000
/** Encoded answers to reads of subscribed quotes. A thousand K-lines take about 100 KiB, a quote 300 bytes. */
export const MAX_QUOTE_ANSWERS_BYTES = 3 * MIB
/** Replies that stay true for minutes: lists of plates and of their securities, option chains, static facts. */
export const MAX_STATIC_REPLIES_BYTES = 4 * MIB
/** Bodies of the reads that identical ones may join, at 50 bytes as a rule. Past it a read is made for its caller alone. */
export const MAX_SHARED_BODIES_BYTES = MIB
/** Bodies of the snapshot requests that wait to be merged: 400 with the 100 codes that one may have, 2,000 with a few. */
export const MAX_MERGED_BODIES_BYTES = MIB / 2
const MERGED_BYTES_PER_BODY_BYTE = 4
/** Snapshot requests that OpenD refused lately; these are not merged. */
export const MAX_REFUSED_SNAPSHOTS = 400

/**
 * Entries of each registry of the order path: budgets of callers, contracts, cancels of orders, rates of refused calls
 * and dry runs, halts, cancel-after switches, watched tags. Keys are few; the bound is for JWT subjects, of which an
 * issuer can make any number.
 */
export const MAX_ORDER_REGISTRY = 1_000
const ORDER_REGISTRIES_BYTES_PER_ENTRY = 4 * KIB

/**
 * Series of counters that the Worker reports, and of those of orders. Labels come from closed sets (routes, outcomes)
 * and key ids; the bounds hold when thousands of keys are configured. What does not fit is not counted.
 */
export const MAX_COUNTER_SERIES = 2_500
export const MAX_ORDER_SERIES = 2_000

/** API keys of a deployment, in both isolates. Every request compares its token with all of them. */
export const MAX_KEYS = 1_000

/** What one entry of each collection takes, with its places in maps and sets. `npm run bench -- memory` measures them. */
export const ENTRY_BYTES = {
  /** With the promises of those who wait for it. */
  pendingCall: 512,
  /** With what the platform keeps on the heap. */
  socket: 3 * KIB,
  stream: 420,
  heldUnit: 400,
  subscriber: 512,
  watchedAccount: 200,
  quoteStream: 256,
  orderBook: 4 * KIB,
  seriesItem: 450,
  refusedSnapshot: 1_250,
  orderInFlight: KIB,
  counterSeries: 256,
  key: 2 * KIB,
  grant: 128,
  limiter: 4_750,
} as const

/** The isolate of the Durable Object. */
export const OBJECT_SHARES: readonly Share[] = [
  { what: 'a frame from OpenD that is not whole', bytes: MAX_FRAME_BODY_BYTES + 2 * WHOLE_FRAME_FROM_BYTES },
  { what: 'frames that OpenD has not read', bytes: MAX_UNSENT_BYTES },
  { what: 'pending calls', bytes: PENDING_CALLS * ENTRY_BYTES.pendingCall + PENDING_BYTES },
  { what: "calls that wait for OpenD's limits", bytes: MAX_WAITING_READ_BYTES + WAITING_ORDERS_BYTES },
  { what: "OpenD's limits", bytes: (MAX_LIMITERS + MAX_LIMITERS_FOR_ORDERS) * ENTRY_BYTES.limiter },
  { what: 'push sockets', bytes: MAX_SOCKETS * ENTRY_BYTES.socket },
  { what: 'pushes that wait for clients', bytes: MAX_OUTBOXES_BYTES },
  { what: 'latest events of streams', bytes: MAX_RETAINED_BYTES },
  { what: 'streams without listeners', bytes: MAX_UNHEARD_STREAMS * ENTRY_BYTES.stream },
  { what: 'messages that wait for their turn', bytes: MAX_WAITING_MESSAGES_CHARS * PARSED_BYTES_PER_CHAR },
  { what: 'subscriptions', bytes: MAX_HELD_UNITS * ENTRY_BYTES.heldUnit },
  {
    what: 'subscribers',
    bytes: MAX_SUBSCRIBERS * ENTRY_BYTES.subscriber + MAX_WATCHED_ACCOUNTS * ENTRY_BYTES.watchedAccount,
  },
  { what: 'quotes', bytes: MAX_QUOTE_STREAMS * ENTRY_BYTES.quoteStream + ORDER_BOOKS * ENTRY_BYTES.orderBook },
  { what: 'bars, ticks and minutes', bytes: MAX_SERIES_ITEMS * ENTRY_BYTES.seriesItem },
  { what: 'answers of subscribed quotes', bytes: MAX_QUOTE_ANSWERS_BYTES },
  { what: 'replies that stay true for minutes', bytes: MAX_STATIC_REPLIES_BYTES },
  { what: 'reads that can be joined', bytes: MAX_SHARED_BODIES_BYTES },
  { what: 'snapshots that wait to be merged', bytes: MAX_MERGED_BODIES_BYTES * MERGED_BYTES_PER_BODY_BYTE },
  { what: 'snapshots that are not merged', bytes: MAX_REFUSED_SNAPSHOTS * ENTRY_BYTES.refusedSnapshot },
  { what: 'registries of the order path', bytes: MAX_ORDER_REGISTRY * ORDER_REGISTRIES_BYTES_PER_ENTRY },
  { what: 'orders in flight', bytes: MAX_PENDING.order.calls * ENTRY_BYTES.orderInFlight },
  { what: 'counters', bytes: (MAX_COUNTER_SERIES + MAX_ORDER_SERIES) * ENTRY_BYTES.counterSeries },
  { what: 'API keys', bytes: MAX_KEYS * ENTRY_BYTES.key },
]

/** Characters of all answers that an isolate of the Worker may serve again, at most 2 bytes each. */
export const MAX_CACHED_CHARS = 8 * MIB
/** Callers of all cached answers together. Past it newcomers ask the object, as they would without the cache. */
export const MAX_CACHED_GRANTS = 10_000
/** JSON body of a request. The largest that a caller needs, 400 securities or order ids, stays under 32 KiB. */
export const MAX_REQUEST_BODY_BYTES = 256 * KIB
/** Requests of that size at the same time. An assumption: the platform decides how many requests an isolate gets. */
const LARGEST_REQUESTS = 32
const REQUEST_BYTES_PER_BODY_BYTE = 4

/** The isolate of the Worker. */
export const WORKER_SHARES: readonly Share[] = [
  { what: 'answers that may be served again', bytes: 2 * MAX_CACHED_CHARS + MAX_CACHED_GRANTS * ENTRY_BYTES.grant },
  {
    what: 'the largest requests',
    bytes: LARGEST_REQUESTS * MAX_REQUEST_BODY_BYTES * REQUEST_BYTES_PER_BODY_BYTE,
  },
  { what: 'the largest reply, as bytes and as JSON', bytes: 4 * MAX_FRAME_BODY_BYTES },
  { what: 'API keys', bytes: MAX_KEYS * ENTRY_BYTES.key },
]
