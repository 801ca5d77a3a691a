import { QotRight, UserInfoField } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { CALLS } from '../../calls.ts'
import { shownText } from '../../base/shown-text.ts'
import { decodeMessage } from '../../wire/decode.ts'
import { encodeMessage } from '../../wire/encode.ts'
import { jsonNameOf } from '../../wire/schema-row.ts'
import type { CallOutcome } from '../link/effect.ts'

/** What OpenD last reported about the quote rights of its login. */
export interface QuoteRightsView {
  /** The right for each market, such as `{ "hk": "Level2", "us_option": "No" }`; null while it is not known. */
  readonly rights: Readonly<Record<string, string>> | null
  /** When OpenD reported them, Unix ms; null while they are not known. */
  readonly asOfMs: number | null
  /** Why they are not known; null when they are. */
  readonly reason: string | null
}

/** The link, as far as the rights need it. */
export interface QuoteRightsDeps {
  readonly send: (protoId: number, body: Uint8Array) => Promise<CallOutcome>
  readonly nowMs: () => number
}

/**
 * The quote rights of OpenD's login. They are read when the link comes up and when the login changes, and taken from
 * OpenD's notices. Another terminal of the account can take them away at any time.
 */
export class QuoteRights {
  readonly #deps: QuoteRightsDeps
  #view: QuoteRightsView = unknownBecause('The link to OpenD has not been up.')
  /** The number of the last link; an answer over an earlier one is ignored. */
  #link = 0
  #isUp = false
  #isReading = false

  constructor(deps: QuoteRightsDeps) {
    this.#deps = deps
  }

  get view(): QuoteRightsView {
    return this.#view
  }

  linkReady(): void {
    this.#link++
    this.#isUp = true
    this.#isReading = false
    this.#view = unknownBecause('OpenD has not answered yet.')
    this.read()
  }

  linkLost(): void {
    this.#isUp = false
    this.#view = unknownBecause('The link to OpenD is down.')
  }

  /** Reads the rights again if they are not known. Call it regularly. */
  retry(): void {
    if (this.#view.rights === null) this.read()
  }

  /** Asks OpenD. One call at a time, so that many notices do not cause many calls. */
  read(): void {
    if (!this.#isUp || this.#isReading) return
    this.#isReading = true
    const link = this.#link
    void this.#deps.send(CALLS.GetUserInfo.protoId, REQUEST).then((outcome) => {
      if (link !== this.#link) return
      this.#isReading = false
      if (this.#isUp) this.#answered(outcome)
    })
  }

  /** Takes the rights of a message of OpenD: an answer of GetUserInfo, or a notice. One without rights changes nothing. */
  seen(message: MessageTypes['GetUserInfo.S2C'] | MessageTypes['Notify.QotRight']): void {
    const rights = rightsOf(message)
    if (rights !== null) this.#view = { rights, asOfMs: this.#deps.nowMs(), reason: null }
  }

  #answered(outcome: CallOutcome): void {
    const problem = outcome.ok ? this.#readAnswer(outcome.body) : 'OpenD did not answer.'
    // A read that failed does not make earlier rights unknown.
    if (problem !== null && this.#view.rights === null) this.#view = unknownBecause(problem)
  }

  /** Takes the rights of an answer. Returns why there are none. */
  #readAnswer(body: Uint8Array): string | null {
    const decoded = decodeMessage('GetUserInfo.Response', body)
    if (!decoded.ok) return "OpenD's answer cannot be read."
    const { s2c, retMsg } = decoded.value
    if (s2c === undefined) return `OpenD refused: ${shownText(retMsg ?? 'without a reason')}`
    this.seen(s2c)
    return rightsOf(s2c) === null ? "OpenD's answer has no quote rights." : null
  }
}

const REQUEST = encodeMessage('GetUserInfo.Request', { c2s: { flag: UserInfoField.QotRight } })

const NAMES: ReadonlyMap<unknown, string> = new Map(Object.entries(QotRight).map(([name, value]) => [value, name]))

/** Every field `...QotRight` of a message, by the market in front; null if there is none. */
function rightsOf(message: object): Readonly<Record<string, string>> | null {
  const rights = Object.entries(message).flatMap(([field, value]) => {
    const market = /^(?!has)(\w+)QotRight$/.exec(field)?.[1]
    return market === undefined || value === undefined ? [] : [[jsonNameOf(market), NAMES.get(value) ?? String(value)]]
  })
  return rights.length === 0 ? null : Object.fromEntries(rights)
}

function unknownBecause(reason: string): QuoteRightsView {
  return { rights: null, asOfMs: null, reason }
}
