import type { HookFailure } from '../base/failure.ts'
import { type ErrorAnswer, unreachable } from './error-answer.ts'

/** Describes a failure of a hook. */
export function describeHook(failure: HookFailure): ErrorAnswer {
  switch (failure.code) {
    case 'hook.unknown':
      return {
        status: 404,
        error: 'There is no hook with this id, or its secret is another one; GET /api/hooks lists the hooks of a key.',
      }
    case 'hook.unknown_delivery':
      return {
        status: 404,
        error: 'There is no such delivery; GET /api/hooks/{id}/deliveries lists those that are kept.',
      }
    case 'hook.busy':
      return {
        status: 429,
        error: 'Too many alerts of this hook wait to be carried out; this one was not stored. Send it again later.',
        headers: { 'Retry-After': String(Math.max(1, Math.ceil(failure.retryAfterMs / 1_000))) },
      }
    default:
      return unreachable(failure)
  }
}
