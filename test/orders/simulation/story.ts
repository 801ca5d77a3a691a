import type { GatewayHost, Writing } from './gateway-host.ts'
import type { Execution, Opend } from './opend.ts'

/** What happened to the orders of a schedule, in the order it happened, for whoever has to find out why. */
export function storyOf(host: GatewayHost, opend: Opend): readonly string[] {
  const lines = [
    ...host.writings.map((writing) => ({ elapsedMs: writing.elapsedMs, text: writingText(writing) })),
    ...opend.executed.map((execution) => ({ elapsedMs: execution.elapsedMs, text: executionText(execution, host) })),
  ]
  return lines.sort((a, b) => a.elapsedMs - b.elapsedMs).map(({ elapsedMs, text }) => `${elapsedMs} ms  ${text}`)
}

function writingText({ entry, before }: Writing): string {
  const { id, caller, idempotencyKey, call, state, detail, looks } = entry
  const what = call.forAll ? 'cancel all' : `${call.kind} ${call.targetOrderIdEx ?? ''}`
  const terms = call.kind === 'cancel' ? '' : ` ${call.qty ?? '-'} at ${call.price ?? '-'}`
  const said = before === null ? `${caller}/${idempotencyKey}: ${what}${terms}` : `${before.state} -> ${state}`
  return `ledger ${id} ${said}${looks > 0 ? ` after ${looks} looks` : ''}${detail === null ? '' : `: ${detail}`}`
}

function executionText({ protoId, connId, serial, order }: Execution, { frames }: GatewayHost): string {
  const entryId = frames.get(`${connId}/${serial}`) ?? 'nobody'
  return `OpenD  ${entryId} ${protoId === 2202 ? 'placed' : 'changed'} ${order?.orderId ?? 'all orders'}`
}
