import type { GatewayUnderTest, Writing } from './gateway-under-test.ts'
import type { Opend } from './opend.ts'
import type { Execution } from './opend-calls.ts'

/** The events of a schedule's orders in time order, one text line each. */
export function traceOf(gateway: GatewayUnderTest, opend: Opend): readonly string[] {
  const lines = [
    ...gateway.writings.map((writing) => ({ elapsedMs: writing.elapsedMs, text: writingText(writing) })),
    ...opend.calls.executed.map((one) => ({ elapsedMs: one.elapsedMs, text: executionText(one, gateway) })),
    ...[...gateway.sent.values()].map(({ entryId, elapsedMs }) => ({ elapsedMs, text: `sent   ${entryId}` })),
    ...gateway.tasksDone.map(({ task, elapsedMs }) => ({ elapsedMs, text: `done   ${task.id}` })),
    ...gateway.events,
  ]
  return lines.sort((a, b) => a.elapsedMs - b.elapsedMs).map(({ elapsedMs, text }) => `${elapsedMs} ms  ${text}`)
}

function writingText({ entry, before }: Writing): string {
  const { id, caller, idempotencyKey, call, state, detail, pollAttempts } = entry
  const what = call.forAll ? 'cancel all' : `${call.kind} ${call.targetOrderIdEx ?? call.targetOrderId ?? ''}`
  const terms = call.kind === 'cancel' ? '' : ` ${call.side ?? ''} ${call.qty ?? '-'} at ${call.price ?? '-'}`
  const on = ` on ${call.accId.slice(-4)}`
  const change =
    before === null ? `${caller}/${idempotencyKey}: ${what}${terms}${on} ${state}` : `${before.state} -> ${state}`
  const refusal = entry.refusal === null ? '' : ` ${entry.refusal.code}`
  return `ledger ${id} ${change}${pollAttempts > 0 ? ` after ${pollAttempts} polls` : ''}${refusal}${detail === null ? '' : `: ${detail}`}`
}

function executionText({ protoId, connId, serial, order }: Execution, { frames }: GatewayUnderTest): string {
  const entryId = frames.get(`${connId}/${serial}`) ?? 'unknown'
  return `OpenD  ${entryId} ${protoId === 2202 ? 'placed' : 'changed'} ${order?.orderId ?? 'all orders'}`
}
