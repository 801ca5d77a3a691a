/**
 * The memory budget of the two isolates. Cloudflare gives each 128 MB. Stored data takes at most 96 MB with all bounds
 * reached at once; the rest is for the code, the schema and the calls in progress. A test adds up the shares.
 *
 * Two things are not counted: the simulated OpenD, which only the demo contains, and text that a socket has sent and
 * the client has not read, which is in buffers of the platform. `Flow` bounds that text for each socket.
 */

const KIB = 1024
const MIB = 1024 * KIB

/** Maximum memory of all stored data in one isolate. */
export const MAX_REMEMBERED_BYTES = 96 * MIB

/** A part of an isolate's memory. */
export interface Share {
  readonly what: string
  readonly bytes: number
}

/**
 * Body of one frame from OpenD, which documents no maximum. The largest known replies, the static facts or the K-lines
 * of one call, take less than 1 MiB; the list of securities of a whole market takes about 4 MiB.
 */
export const MAX_FRAME_BODY_BYTES = 8 * MIB
/** From this many received bytes on, the buffer has the size of the whole frame. Old and new buffer exist together. */
export const WHOLE_FRAME_FROM_BYTES = MIB / 2

/** Maximum number of pending calls, and maximum bytes of those that wait for the link. */
export interface Bound {
  readonly calls: number
  readonly bytes: number
}

/**
 * Calls that wait for the link or for their reply, by kind. Each kind has a separate bound.
 *
 * - Kill switches: OpenD accepts 20 changes and 10 lists per account in 30 s, so this is enough for a switch on every
 *   account of a login at once.
 * - Other calls above reads (orders, cancels and the calls that complete them): fifty accounts with all calls that
 *   OpenD accepts.
 * - Reads: one object serves about 1,000 requests a second. If OpenD does not answer, reads of two seconds are queued
 *   and later ones are refused.
 *
 * The bytes are those of calls that wait for the link. A switch or an order has fewer than 400 bytes, a read about 50.
 * The largest read that the Worker accepts (256 KiB of JSON) fits into the quarter that one caller may use.
 */
export const MAX_PENDING = {
  switch: { calls: 1_024, bytes: MIB / 4 },
  order: { calls: 2_048, bytes: (3 * MIB) / 4 },
  read: { calls: 2_048, bytes: (3 * MIB) / 2 },
} as const satisfies Record<string, Bound>
const PENDING_CALLS = MAX_PENDING.switch.calls + MAX_PENDING.order.calls + MAX_PENDING.read.calls
const PENDING_BYTES = MAX_PENDING.switch.bytes + MAX_PENDING.order.bytes + MAX_PENDING.read.bytes

/**
 * Bytes that may wait while OpenD does not read: all calls that waited for the link are sent together when it comes up.
 * OpenD normally reads at once; with this many unread bytes it has stopped.
 */
export const MAX_UNSENT_BYTES = 3 * MIB

/**
 * Reads that may wait for OpenD's limits, and the bytes of their bodies, over all limiters: sixteen limits with full
 * queues, at 1 KiB each. The queues bound the other ranks: their accounts are on the login's list, their bodies are
 * small, and reads must not use up their places.
 */
export const MAX_WAITING_READS = 1_024
export const MAX_WAITING_READ_BYTES = MIB
const WAITING_ORDERS_BYTES = MIB

/**
 * Maximum number of limiters. A login has a few dozen accounts with 15 limits each, and 110 limits of its own. The
 * bound is for invented account numbers.
 */
export const MAX_LIMITERS = 768
/**
 * Additional limiters that only calls above the rank of reads may create. Their accounts are on the login's list, so
 * they are few. Without them, reads of invented accounts could make orders of real accounts share a limiter.
 */
export const MAX_LIMITERS_FOR_ORDERS = 256
/** Cached times per limiter: the number of callers that use one limit at the same time. */
export const MAX_LIMITER_ANSWERS = 32

/**
 * Push sockets: a dozen callers with the maximum of one caller (200). The platform allows 32,768, but each socket needs
 * memory in the object, for itself, its flow and its facts.
 */
export const MAX_SOCKETS = 2_560
/** Events that wait for all push clients together: 2,000 clients a few KiB behind, or eight that do not read. */
export const MAX_OUTBOXES_BYTES = 8 * MIB
/** The latest events of all streams, for clients that reconnect: about 4,500 ticks or orders at 1.5 KiB each. */
export const MAX_RETAINED_BYTES = 7 * MIB
/** Streams without a listener that are still stored. OpenD's largest quota is 2,000 subscriptions. */
export const MAX_UNHEARD_STREAMS = 2_400
/** Queued messages of all push clients, in UTF-16 units: four of the largest. */
export const MAX_WAITING_MESSAGES_CHARS = 256 * KIB
const PARSED_BYTES_PER_CHAR = 4

/** Subscriptions, counted for each subscriber: ten subscribers with OpenD's largest quota. */
export const MAX_HELD_UNITS = 20_000
/** Subscribers: all sockets, and as many callers of the REST interface. */
export const MAX_SUBSCRIBERS = 5_000
/** Accounts whose pushes one subscriber can subscribe. A login has a few accounts, at most some dozens. */
export const MAX_ACCOUNTS_PER_SUBSCRIBER = 256
/** The same over all subscribers: three per socket on average. */
export const MAX_WATCHED_ACCOUNTS = 7_500

/** Streams with a stored value: OpenD's largest quota is 2,000 units, and a K-line can have three adjustments. */
export const MAX_QUOTE_STREAMS = 4_000
const ORDER_BOOKS = 2_000
/** Bars, ticks and minutes of all series: 16 series with 1,000 (a getter's maximum), or 160 with 100. */
export const MAX_SERIES_ITEMS = 16_000
/** Encoded replies to reads of subscribed quotes. A thousand K-lines take about 100 KiB, a quote 300 bytes. */
export const MAX_QUOTE_ANSWERS_BYTES = 3 * MIB
/** Replies cached for minutes: lists of plates and of their securities, option chains, static facts. */
export const MAX_STATIC_REPLIES_BYTES = 1.5 * MIB
/** Bodies of shared reads, usually 50 bytes each. Past the bound, identical reads are not shared. */
export const MAX_SHARED_BODIES_BYTES = MIB
/** Bodies of snapshot requests that wait to be merged: 400 with 100 codes (the maximum), or 2,000 with a few. */
export const MAX_MERGED_BODIES_BYTES = MIB / 2
const MERGED_BYTES_PER_BODY_BYTE = 4
/** Snapshot requests that OpenD refused recently; these are not merged. */
export const MAX_REFUSED_SNAPSHOTS = 400

/**
 * Entries of each registry of the order path: budgets of callers, contracts, cancels of orders, rates of refused calls
 * and dry runs, halts, cancel-after timers, watched tags. Keys are few; the bound is for JWT subjects, because an
 * issuer can create any number of them.
 */
export const MAX_ORDER_REGISTRY = 1_000
const ORDER_REGISTRIES_BYTES_PER_ENTRY = 4 * KIB

/** Orders whose exits wait, of all callers. Every list and push of their accounts is compared with them. */
export const MAX_EXIT_GROUPS = 200
/**
 * Open orders of one exit. Usually there is one; an order that is filled in many parts gets more. Beyond the bound, orders
 * are joined. As many that are over are kept beside them.
 */
export const MAX_ORDERS_OF_EXIT = 8

/**
 * Counter series of the Worker, and counter series of orders. Labels come from closed sets (routes, outcomes) and from
 * key ids. The bounds are for deployments with thousands of keys. Series past the bound are not counted.
 */
export const MAX_COUNTER_SERIES = 2_700
export const MAX_ORDER_SERIES = 1_000
/** Callers with sockets whose pushes of accounts are filtered. Further ones are not counted. */
export const MAX_FILTERED_SERIES = 100

/**
 * Stored notices of OpenD of each of its types. OpenD sends one about the used quota with every subscription, so a bound
 * over all types together would lose the notice that the account logged in elsewhere.
 */
export const MAX_NOTICES_OF_TYPE = 5
const NOTICE_TYPES = 9
/** Series of calls and pushes: the rows of the table of calls, each with at most four outcomes. */
const TRAFFIC_SERIES = 600

/** Audit events that wait for a storage that fails; older ones are dropped and counted. */
export const MAX_WAITING_AUDIT_EVENTS = 200

/**
 * API keys of the configuration, keys of the key service and child tokens together. Every request compares its token
 * with those of the configuration.
 */
export const MAX_KEYS = 1_000
/** Child tokens among them, so that keys cannot fill the table with their children. */
export const MAX_CHILD_TOKENS = 500
/** Characters of the stored records, about 500 bytes each, at most 2 bytes for each character. */
export const MAX_STORED_KEY_CHARS = 512 * KIB

/** Records and wrong tokens that an isolate of the Worker caches, so that not every request asks the object. */
export const MAX_CACHED_KEYS = 500
export const MAX_WRONG_TOKENS = 4_000

/** Client networks whose wrong tokens an isolate counts. The gateway object counts those in messages of sockets, too. */
export const MAX_WATCHED_NETWORKS = 1_000

/** Alerts of all hooks that wait: their ids are in memory, with a promise for each. */
export const MAX_WAITING_DELIVERIES = 1_000

/** Memory per entry of each collection, with its map and set entries. `npm run bench -- memory` measures it. */
export const ENTRY_BYTES = {
  /** With the promises that wait for it. */
  pendingCall: 512,
  /** With the platform's data on the heap. */
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
  exitGroup: 2 * KIB,
  exitOrder: 256,
  counterSeries: 256,
  key: 2 * KIB,
  wrongToken: 200,
  watchedNetwork: 3 * KIB,
  grant: 128,
  limiter: 4_750,
} as const

/** The isolate of the Durable Object. */
export const OBJECT_SHARES: readonly Share[] = [
  { what: 'an incomplete frame from OpenD', bytes: MAX_FRAME_BODY_BYTES + 2 * WHOLE_FRAME_FROM_BYTES },
  { what: 'frames that OpenD has not read', bytes: MAX_UNSENT_BYTES },
  { what: 'pending calls', bytes: PENDING_CALLS * ENTRY_BYTES.pendingCall + PENDING_BYTES },
  { what: "calls that wait for OpenD's limits", bytes: MAX_WAITING_READ_BYTES + WAITING_ORDERS_BYTES },
  { what: "OpenD's limits", bytes: (MAX_LIMITERS + MAX_LIMITERS_FOR_ORDERS) * ENTRY_BYTES.limiter },
  { what: 'push sockets', bytes: MAX_SOCKETS * ENTRY_BYTES.socket },
  { what: 'pushes that wait for clients', bytes: MAX_OUTBOXES_BYTES },
  { what: 'latest events of streams', bytes: MAX_RETAINED_BYTES },
  { what: 'streams without listeners', bytes: MAX_UNHEARD_STREAMS * ENTRY_BYTES.stream },
  { what: 'queued messages of push clients', bytes: MAX_WAITING_MESSAGES_CHARS * PARSED_BYTES_PER_CHAR },
  { what: 'subscriptions', bytes: MAX_HELD_UNITS * ENTRY_BYTES.heldUnit },
  {
    what: 'subscribers',
    bytes: MAX_SUBSCRIBERS * ENTRY_BYTES.subscriber + MAX_WATCHED_ACCOUNTS * ENTRY_BYTES.watchedAccount,
  },
  { what: 'quotes', bytes: MAX_QUOTE_STREAMS * ENTRY_BYTES.quoteStream + ORDER_BOOKS * ENTRY_BYTES.orderBook },
  { what: 'bars, ticks and minutes', bytes: MAX_SERIES_ITEMS * ENTRY_BYTES.seriesItem },
  { what: 'replies of subscribed quotes', bytes: MAX_QUOTE_ANSWERS_BYTES },
  { what: 'replies cached for minutes', bytes: MAX_STATIC_REPLIES_BYTES },
  { what: 'shared reads', bytes: MAX_SHARED_BODIES_BYTES },
  { what: 'snapshot requests that wait to be merged', bytes: MAX_MERGED_BODIES_BYTES * MERGED_BYTES_PER_BODY_BYTE },
  { what: 'refused snapshot requests', bytes: MAX_REFUSED_SNAPSHOTS * ENTRY_BYTES.refusedSnapshot },
  { what: 'registries of the order path', bytes: MAX_ORDER_REGISTRY * ORDER_REGISTRIES_BYTES_PER_ENTRY },
  {
    what: 'orders with exits',
    bytes: MAX_EXIT_GROUPS * (ENTRY_BYTES.exitGroup + 4 * MAX_ORDERS_OF_EXIT * ENTRY_BYTES.exitOrder),
  },
  { what: 'orders in flight', bytes: MAX_PENDING.order.calls * ENTRY_BYTES.orderInFlight },
  {
    what: 'counters',
    bytes: (MAX_COUNTER_SERIES + MAX_ORDER_SERIES + MAX_FILTERED_SERIES + TRAFFIC_SERIES) * ENTRY_BYTES.counterSeries,
  },
  { what: 'alerts that wait', bytes: (MAX_WAITING_DELIVERIES * KIB) / 2 },
  { what: 'notices of OpenD', bytes: NOTICE_TYPES * MAX_NOTICES_OF_TYPE * 1.5 * KIB },
  { what: 'audit events that wait for the storage', bytes: MAX_WAITING_AUDIT_EVENTS * KIB },
  { what: 'API keys', bytes: MAX_KEYS * ENTRY_BYTES.key },
  { what: 'records of stored keys', bytes: 2 * MAX_STORED_KEY_CHARS },
]

/** Characters of all cached replies in an isolate of the Worker, at most 2 bytes each. */
export const MAX_CACHED_CHARS = 8 * MIB
/** Callers of all cached replies together. Past the bound, reads of further callers go to the object. */
export const MAX_CACHED_GRANTS = 10_000
/** JSON body of a request. The largest useful one, with 400 securities or order ids, is smaller than 32 KiB. */
export const MAX_REQUEST_BODY_BYTES = 256 * KIB
/** Assumed number of such requests at the same time: the platform decides how many an isolate gets. */
const LARGEST_REQUESTS = 32
const REQUEST_BYTES_PER_BODY_BYTE = 4

/** The isolate of the Worker. */
export const WORKER_SHARES: readonly Share[] = [
  { what: 'cached replies', bytes: 2 * MAX_CACHED_CHARS + MAX_CACHED_GRANTS * ENTRY_BYTES.grant },
  {
    what: 'the largest requests',
    bytes: LARGEST_REQUESTS * MAX_REQUEST_BODY_BYTES * REQUEST_BYTES_PER_BODY_BYTE,
  },
  { what: 'the largest reply, as bytes and as JSON', bytes: 4 * MAX_FRAME_BODY_BYTES },
  { what: 'API keys', bytes: (MAX_KEYS + MAX_CACHED_KEYS) * ENTRY_BYTES.key },
  { what: 'the description of the API, as text', bytes: MIB },
  { what: 'wrong tokens', bytes: MAX_WRONG_TOKENS * ENTRY_BYTES.wrongToken },
  { what: 'networks with wrong tokens', bytes: 2 * MAX_WATCHED_NETWORKS * ENTRY_BYTES.watchedNetwork },
]
