import { refuse } from '../handler.ts'
import { PushBody } from './push-body.ts'
import type { ConnectionHub } from './connection-hub.ts'
import { checkReminder, type QuoteFacts } from './reminder-watch.ts'
import type { SessionHandlerTable } from './session-handler.ts'
import type { SecurityRef } from './subscription-registry.ts'
import { unknownSecurity } from './texts.ts'

/** Qot_SetPriceReminder and Qot_GetPriceReminder. */
export const reminderHandlers: SessionHandlerTable = {
  Qot_SetPriceReminder: (c2s, { hub }) => {
    const { market, code } = c2s.security
    if (hub.world.market.instrument(market, code) === null) return refuse(unknownSecurity(c2s.security))
    return hub.reminders.set(c2s)
  },

  Qot_GetPriceReminder: ({ security, market }, { hub }) => {
    if ((security === undefined) === (market === undefined)) return refuse('give either security or market')
    return hub.reminders.report(
      (one) =>
        security === undefined ? one.market === market : one.market === security.market && one.code === security.code,
      (one) => hub.world.market.instrument(one.market, one.code)?.name ?? one.code,
    )
  },
}

const UPDATE_REMINDER = 3019

/** Checks all enabled reminders. Sends their messages to every connection, because reminders belong to the user. */
export function sendReminders(hub: ConnectionHub, marketMs: number): void {
  const known = new Map<string, QuoteFacts | null>()
  for (const before of hub.reminders.list()) {
    if (!before.isEnabled) continue
    const facts = factsOnce(known, hub, before.security, marketMs)
    if (facts === null) continue
    const { reminder, message } = checkReminder(before, facts)
    if (reminder.wasMet !== before.wasMet || message !== null) hub.reminders.replace(reminder)
    if (message === null) continue
    hub.touch()
    const body = new PushBody(UPDATE_REMINDER, 'Qot_UpdatePriceReminder.Response', { retType: 0, s2c: message })
    for (const peer of hub.peers.values()) peer.push(body)
  }
}

function factsOnce(
  known: Map<string, QuoteFacts | null>,
  { services, world }: ConnectionHub,
  security: SecurityRef,
  marketMs: number,
): QuoteFacts | null {
  const key = `${security.market}.${security.code}`
  let facts = known.get(key)
  if (facts === undefined) {
    facts = services.quoteFacts(world, security, marketMs)
    known.set(key, facts)
  }
  return facts
}
