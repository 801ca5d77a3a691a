import { hashedPart, type OrderReply } from '../../../src/orders/request.ts'
import type { Attempt } from './gateway-under-test.ts'

/**
 * The replies under one idempotency key never contradict each other, unless OpenD's did: a retry must not look like
 * another order. `contradicted` has the entries whose first reply turned out wrong.
 */
export function replyProblems(attempts: readonly Attempt[], contradicted: ReadonlySet<string>): readonly string[] {
  const keyed = attempts.filter(({ request }) => request.idempotencyKey !== null && !request.isDryRun)
  const byKey = Map.groupBy(keyed, ({ request }) => `${request.caller}/${request.idempotencyKey}`)
  return [...byKey].flatMap(([key, group]) => contradictions(key, group, contradicted))
}

function contradictions(
  key: string,
  attempts: readonly Attempt[],
  contradicted: ReadonlySet<string>,
): readonly string[] {
  const answered = attempts.flatMap((attempt) => {
    const { reply, repliedMs } = attempt
    if (reply === null || reply === 'lost' || reply.kind !== 'answered' || repliedMs === null) return []
    if (contradicted.has(reply.intentId) || !attempt.isStored) return []
    return [{ attempt, reply, repliedMs }]
  })
  return answered.flatMap((first) =>
    attempts.flatMap(({ request, reply, atMs }) => {
      if (atMs <= first.repliedMs || reply === null || reply === 'lost') return []
      const isSameBody = sameBytes(hashedPart(request), hashedPart(first.attempt.request))
      if (isSameBody ? isReplayOf(reply, first.reply) : isConflict(reply)) return []
      return [
        `${key}: ${request.requestId} got ${describe(reply)} after ${first.attempt.request.requestId} was answered`,
      ]
    }),
  )
}

function isReplayOf(reply: OrderReply, first: Extract<OrderReply, { kind: 'answered' }>): boolean {
  return (
    reply.kind === 'answered' &&
    reply.isReplay &&
    reply.intentId === first.intentId &&
    sameBytes(reply.body, first.body)
  )
}

function isConflict(reply: OrderReply): boolean {
  return reply.kind === 'refused' && reply.failure.code === 'order.idempotency_conflict'
}

function describe(reply: OrderReply): string {
  return reply.kind === 'refused' ? reply.failure.code : reply.kind
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
