import { MAX_WAITING_MESSAGES_CHARS } from '../base/memory-budget.ts'
import type { SocketCaller } from '../auth/socket-caller.ts'
import type { Failure } from '../base/failure.ts'
import { fail, type Result } from '../base/result.ts'
import { type ClientMessage, MAX_MESSAGE_CHARS, type ReadMessage } from './client-message.ts'
import type { PushHub } from './push-hub.ts'
import { resumeJson, type ResumeReport } from './resume-report.ts'
import { replyTo, type ReplyOutcome, streamFacts } from './server-message.ts'
import { subscriberOf, type PushSocket } from './push-socket.ts'
import type { QuoteService } from '../quotes/quote-service.ts'

/** Messages of one socket that wait for the ones before them. A client that sends more does not read its replies. */
const MAX_WAITING_MESSAGES = 64

/** What the dialog needs from outside. */
export interface PushDialogDeps {
  readonly nowMs: () => number
  readonly hub: PushHub
  readonly quotes: () => QuoteService
  tell(one: PushSocket, message: object): void
  /** The caller behind a token that came in a message. */
  identify(token: string): Promise<Result<SocketCaller>>
  /** A socket sent a token. Returns why it may not become that caller; null when it has. */
  onAuthenticated(one: PushSocket, caller: SocketCaller): Failure | null
  /** Something that is a bug failed. */
  onError(what: string, error: unknown): void
  /** The hub may have something to send at another time now. */
  hubChanged(): void
}

/** What is going on with one socket. */
interface DialogState {
  /** Messages are answered one after the other. */
  last: Promise<void>
  waiting: number
  /** UTF-16 units of these. */
  waitingChars: number
  /** False while a subscription is made whose caller does not want the current value first. */
  sendsCurrent: boolean
  /** What the streams that were set last went on from. */
  resumed: ResumeReport
}

/** What clients say over their sockets, and what they are answered. */
export class PushDialog {
  readonly #deps: PushDialogDeps
  readonly #talks = new Map<string, DialogState>()
  /** UTF-16 units of the messages that wait, of all sockets. */
  #waitingChars = 0

  constructor(deps: PushDialogDeps) {
    this.#deps = deps
  }

  begin(id: string): void {
    this.#talks.set(id, {
      last: Promise.resolve(),
      waiting: 0,
      waitingChars: 0,
      sendsCurrent: true,
      resumed: new Map(),
    })
  }

  end(id: string): void {
    this.#talks.delete(id)
  }

  /** Whether streams that a socket gets now begin with their current value. */
  sendsCurrent(id: string): boolean {
    return this.#talks.get(id)?.sendsCurrent ?? true
  }

  /** Keeps what the hub said when streams were set, for the reply to the message that set them. */
  recordResumed(id: string, report: ResumeReport): void {
    const state = this.#talks.get(id)
    if (state !== undefined) state.resumed = report
  }

  /** Takes a message of that length in UTF-16 units; it is answered after the ones before it. */
  hear(one: PushSocket, { op, id, message }: ReadMessage, chars: number): void {
    const state = this.#talks.get(one.id)
    if (state === undefined) return
    const reply = (outcome: ReplyOutcome): void => this.#deps.tell(one, replyTo(op, id, outcome))
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

  /** Counts a message that begins or ends to wait. */
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
        return this.#changing(one, state, () =>
          quotes().subscriptions.subscribe(subscriberOf(one.facts, caller), c2s, caller.quotaShare),
        )
      }
      case 'accounts': {
        const { accIds } = message
        const refusal = accountRefusal(caller, accIds)
        if (refusal !== null) return fail(refusal)
        return this.#changing(one, state, () => quotes().setAccounts(subscriberOf(one.facts, caller), accIds))
      }
      case 'resume': {
        const report = hub.resume(one.id, message.run, message.positions, this.#deps.nowMs())
        this.#deps.hubChanged()
        return { ok: true, facts: { run: hub.run, streams: resumeJson(report) } }
      }
      case 'pong':
        return { ok: true }
    }
  }

  /** Makes a change of subscriptions; the reply tells which streams the socket has then. */
  async #changing(one: PushSocket, state: DialogState, change: () => Promise<Failure | null>): Promise<ReplyOutcome> {
    state.resumed = new Map()
    const failure = await change()
    state.sendsCurrent = true
    if (failure !== null) return fail(failure)
    return { ok: true, facts: streamFacts(this.#deps.hub.streamsOf(one.id), state.resumed) }
  }

  async #authenticate(one: PushSocket, token: string): Promise<ReplyOutcome> {
    const identified = await this.#deps.identify(token)
    if (!identified.ok) return identified
    const caller = identified.value
    const failure = this.#deps.onAuthenticated(one, caller)
    return failure === null ? { ok: true, facts: { caller: caller.id } } : fail(failure)
  }
}

function accountRefusal({ scopes, accIds }: SocketCaller, wanted: readonly bigint[]): Failure | null {
  if (!scopes.includes('acc:read')) return { code: 'auth.insufficient_scope', scopes: ['acc:read'] }
  const isAllowed = accIds === null || wanted.every((accId) => accIds.includes(accId))
  return isAllowed ? null : { code: 'auth.account_not_allowed' }
}

/** Whether more of a socket may wait: any one message, and several while they are no longer than the largest. */
function hasRoomFor({ waiting, waitingChars }: DialogState, chars: number): boolean {
  return waiting === 0 || waitingChars + chars <= MAX_MESSAGE_CHARS
}
