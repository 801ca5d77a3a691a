import { MAX_WAITING_MESSAGES_CHARS } from '../base/memory-budget.ts'
import type { SocketCaller } from '../auth/socket-caller.ts'
import type { Failure } from '../base/failure.ts'
import { fail, type Result } from '../base/result.ts'
import { type ClientMessage, MAX_MESSAGE_CHARS, type ReadMessage } from './messages/client-message.ts'
import type { PushHub } from './push-hub.ts'
import { resumeJson, type ResumeReport } from './outbox/resume-report.ts'
import { replyTo, type ReplyOutcome, streamFacts } from './messages/server-message.ts'
import { subscriberOf, type PushSocket } from './push-socket.ts'
import { withRefusedSecurities } from '../quotes/refused-securities.ts'
import type { QuoteService } from '../quotes/quote-service.ts'

/** Most waiting messages of one socket. A client that sends more does not read its replies. */
const MAX_WAITING_MESSAGES = 64

/** The dependencies of `PushDialog`. */
export interface PushDialogDeps {
  readonly nowMs: () => number
  readonly hub: PushHub
  readonly quotes: () => QuoteService
  send(one: PushSocket, message: object): void
  /** The caller of a token from a message of a client in that network, see `networkOf`. */
  identify(token: string, network: string): Promise<Result<SocketCaller>>
  /** A socket sent a token. Returns the failure when it may not belong to that caller; null on success. */
  onAuthenticated(one: PushSocket, caller: SocketCaller): Failure | null
  /** Reports a bug. */
  onError(what: string, error: unknown): void
}

/** The state of the dialog with one socket. */
interface DialogState {
  /** Resolves after the last message is answered. Messages are answered one after the other. */
  last: Promise<void>
  waiting: number
  /** UTF-16 units of the waiting messages. */
  waitingChars: number
  /** False during a subscription whose client does not want the current value first. */
  sendsCurrent: boolean
  /** The resumed streams of the last change of streams. */
  resumed: ResumeReport
}

/** Answers the messages of clients. */
export class PushDialog {
  readonly #deps: PushDialogDeps
  readonly #states = new Map<string, DialogState>()
  /** UTF-16 units of the waiting messages of all sockets. */
  #waitingChars = 0

  constructor(deps: PushDialogDeps) {
    this.#deps = deps
  }

  begin(id: string): void {
    this.#states.set(id, {
      last: Promise.resolve(),
      waiting: 0,
      waitingChars: 0,
      sendsCurrent: true,
      resumed: new Map(),
    })
  }

  end(id: string): void {
    this.#states.delete(id)
  }

  /** Whether new streams of a socket start with their current value. */
  sendsCurrent(id: string): boolean {
    return this.#states.get(id)?.sendsCurrent ?? true
  }

  /** Records which streams the hub resumed, for the reply to the message that set the streams. */
  recordResumed(id: string, report: ResumeReport): void {
    const state = this.#states.get(id)
    if (state !== undefined) state.resumed = report
  }

  /** A socket sent a message of `chars` UTF-16 units. It is answered after the messages before it. */
  onMessage(one: PushSocket, { op, id, message }: ReadMessage, chars: number): void {
    const state = this.#states.get(one.id)
    if (state === undefined) return
    const reply = (outcome: ReplyOutcome): void => this.#deps.send(one, replyTo(op, id, outcome))
    if (state.waiting >= MAX_WAITING_MESSAGES) {
      const detail = `${MAX_WAITING_MESSAGES} messages of this socket wait for their replies`
      reply(fail({ code: 'gateway.busy', detail, retryInMs: null }))
      return
    }
    if (this.#waitingChars + chars > MAX_WAITING_MESSAGES_CHARS || !hasRoomFor(state, chars)) {
      reply(fail({ code: 'gateway.busy', detail: 'too many long messages wait for their replies', retryInMs: null }))
      return
    }
    this.#count(state, 1, chars)
    state.last = this.#inTurn(state, one, message)
      .then(reply, (error: unknown) => {
        this.#deps.onError('a message of a push socket failed', error)
        reply(fail({ code: 'server.bug' }))
      })
      .finally(() => this.#count(state, -1, -chars))
  }

  /** Counts a message that starts or stops waiting. */
  #count(state: DialogState, messages: 1 | -1, chars: number): void {
    state.waiting += messages
    state.waitingChars += chars
    this.#waitingChars += chars
  }

  async #inTurn(state: DialogState, one: PushSocket, message: Result<ClientMessage>): Promise<ReplyOutcome> {
    await state.last
    return message.ok ? this.#answer(one, state, message.value) : message
  }

  async #answer(one: PushSocket, state: DialogState, message: ClientMessage): Promise<ReplyOutcome> {
    const { hub, quotes } = this.#deps
    if (message.op === 'ping') return { ok: true, facts: { at_ms: this.#deps.nowMs() } }
    if (message.op === 'auth') return this.#authenticate(one, message.token)
    const { caller } = one.facts
    if (caller === null) return fail({ code: 'auth.missing_token' })
    switch (message.op) {
      case 'subscribe':
      case 'unsubscribe': {
        const { c2s } = message
        state.sendsCurrent = c2s.isFirstPush ?? true
        const subscriber = subscriberOf(one.facts, caller)
        return this.#changing(one, state, async () => {
          const failure = await quotes().subscriptions.subscribe(subscriber, c2s, caller.quotaShare)
          return failure === null ? null : withRefusedSecurities(failure, { ...c2s }, this.#deps.nowMs())
        })
      }
      case 'accounts': {
        const { accIds } = message
        const refusal = accountRefusal(caller, accIds)
        if (refusal !== null) return fail(refusal)
        return this.#changing(one, state, () => quotes().setAccounts(subscriberOf(one.facts, caller), accIds))
      }
      case 'resume': {
        const report = hub.resume(one.id, message.runId, message.lastSeqs, this.#deps.nowMs())
        return { ok: true, facts: { run: hub.runId, streams: resumeJson(report) } }
      }
      case 'pong':
        return { ok: true }
    }
  }

  /** Changes the subscriptions. The reply lists the streams of the socket after the change. */
  async #changing(one: PushSocket, state: DialogState, change: () => Promise<Failure | null>): Promise<ReplyOutcome> {
    state.resumed = new Map()
    const failure = await change()
    state.sendsCurrent = true
    if (failure !== null) return fail(failure)
    return { ok: true, facts: streamFacts(this.#deps.hub.streamsOf(one.id), state.resumed) }
  }

  async #authenticate(one: PushSocket, token: string): Promise<ReplyOutcome> {
    const identified = await this.#deps.identify(token, one.facts.network)
    if (!identified.ok) return identified
    const caller = identified.value
    const failure = this.#deps.onAuthenticated(one, caller)
    return failure === null ? { ok: true, facts: { caller: caller.id } } : fail(failure)
  }
}

function accountRefusal({ scopes, accIds }: SocketCaller, wanted: readonly bigint[]): Failure | null {
  if (!scopes.includes('acc:read')) return { code: 'auth.insufficient_scope', scopes: ['acc:read'] }
  const refused = accIds === null ? [] : wanted.filter((accId) => !accIds.includes(accId))
  return refused.length === 0 ? null : { code: 'auth.account_not_allowed', accIds: refused.map(String) }
}

/** Whether a message may wait: as the only one always, otherwise if all together fit into the bound of one message. */
function hasRoomFor({ waiting, waitingChars }: DialogState, chars: number): boolean {
  return waiting === 0 || waitingChars + chars <= MAX_MESSAGE_CHARS
}
