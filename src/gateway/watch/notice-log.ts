import { GtwEventType, NotifyType, ProgramStatusType } from '../../../proto/enums.ts'
import type { MessageTypes } from '../../../proto/messages.ts'
import { MAX_NOTICES_OF_TYPE } from '../../base/memory-budget.ts'
import type { MetricSample } from '../../base/metric.ts'
import { shownText, withoutSecrets } from '../../base/shown-text.ts'
import { decodeMessage } from '../../wire/decode.ts'

/** A notice of OpenD about itself: push 1003, `Notify`. */
export interface Notice {
  /** When the gateway received it, Unix ms. */
  readonly atMs: number
  /** The name of its `Notify.NotifyType`, or `other`. */
  readonly type: string
  /**
   * The name of the event (`Notify.GtwEventType`), of the program status (`Common.ProgramStatusType`), or of the servers
   * that OpenD is logged in to. Null for types without one.
   */
  readonly what: string | null
  /** OpenD's own text, without what looks like a secret; null without one. */
  readonly text: string | null
}

const OTHER = 'other'

/** The last notices of OpenD, and the number of all. In memory only. */
export class NoticeLog {
  readonly #lastOfType = new Map<string, readonly Notice[]>()
  /** By type and what: both are closed sets. */
  readonly #counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>()

  /** Adds a notice; `body` is the encoded `Notify.Response`. Returns its content, or null if it cannot be read. */
  add(body: Uint8Array, nowMs: number): MessageTypes['Notify.S2C'] | null {
    const decoded = decodeMessage('Notify.Response', body)
    const s2c = decoded.ok ? decoded.value.s2c : undefined
    if (s2c === undefined) return null
    const notice = { atMs: nowMs, ...contentOf(s2c) }
    const { type, what } = notice
    this.#lastOfType.set(type, [...(this.#lastOfType.get(type) ?? []), notice].slice(-MAX_NOTICES_OF_TYPE))
    const count = this.#counts.get(`${type} ${what}`)
    if (count !== undefined) count.value++
    else this.#counts.set(`${type} ${what}`, { labels: { type, what: what ?? '' }, value: 1 })
    return s2c
  }

  /** The kept notices, newest first. */
  last(): readonly Notice[] {
    return [...this.#lastOfType.values()].flat().toSorted((one, other) => other.atMs - one.atMs)
  }

  metrics(): readonly MetricSample[] {
    return [{ name: 'opend_edge_gateway_notices_total', type: 'counter', values: [...this.#counts.values()] }]
  }
}

/** The name of a program status of OpenD, such as `NeedPhoneVerifyCode`. */
export function programStatusName(status: number): string {
  return nameIn(ProgramStatusType, status)
}

/** Whether a notice reports a new trade password. OpenD's documentation does not say whether it is locked then. */
export function isTradePasswordChange({ event }: MessageTypes['Notify.S2C']): boolean {
  return event?.eventType === GtwEventType.TradePwdChanged
}

function contentOf(s2c: MessageTypes['Notify.S2C']): Omit<Notice, 'atMs'> {
  const { event, programStatus, connectStatus } = s2c
  const type = nameIn(NotifyType, s2c.type)
  if (s2c.type === NotifyType.GtwEvent && event !== undefined) {
    return { type, what: nameIn(GtwEventType, event.eventType), text: textOf(event.desc) }
  }
  if (s2c.type === NotifyType.ProgramStatus && programStatus !== undefined) {
    const { type: status, strExtDesc } = programStatus.programStatus
    return { type, what: programStatusName(status), text: textOf(strExtDesc) }
  }
  if (s2c.type === NotifyType.ConnStatus && connectStatus !== undefined) {
    return { type, what: serversText(connectStatus), text: null }
  }
  return { type, what: null, text: null }
}

function serversText({ qotLogined, trdLogined }: MessageTypes['Notify.ConnectStatus']): string {
  if (qotLogined && trdLogined) return 'LoggedIn'
  if (qotLogined) return 'TradeLoggedOut'
  return trdLogined ? 'QuoteLoggedOut' : 'LoggedOut'
}

function textOf(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : shownText(withoutSecrets(text))
}

/** The name of a number in an enum of the schema. A newer OpenD may send other numbers. */
function nameIn(enumeration: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(enumeration).find(([, number]) => number === value)?.[0] ?? OTHER
}
