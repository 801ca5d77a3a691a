import type { KeyFailure } from '../base/failure.ts'
import { shownName, shownText } from '../base/shown-text.ts'
import { type ErrorAnswer, unreachable } from './error-answer.ts'

/** Describes a failure of the key service. */
export function describeKey(failure: KeyFailure): ErrorAnswer {
  switch (failure.code) {
    case 'key.unknown':
      return {
        status: 404,
        error: `There is no key with the id ${shownText(shownName(failure.id))}; GET /api/admin/keys lists the keys.`,
      }
    case 'key.id_taken':
      return { status: 409, error: `A key with the id ${shownText(shownName(failure.id))} exists; choose another id.` }
    case 'key.hash_taken':
      return {
        status: 409,
        error: `The hash of ${shownText(shownName(failure.id))} is that of another key; make a new key.`,
      }
    case 'key.read_only':
      return { status: 409, error: readOnlyError(failure.id, failure.reason) }
    case 'key.full':
      return {
        status: 409,
        error: `The maximum of ${failure.most} ${failure.what} is reached; revoke some that are not needed.`,
      }
    case 'key.exceeds_parent':
      return {
        status: 403,
        error: `A child token cannot have more than its parent: ${failure.exceeded.map(shownText).join('; ')}.`,
        facts: { exceeded: failure.exceeded },
      }
    case 'key.unreadable':
      return {
        status: 500,
        error: 'The stored keys cannot be read, so none of them is accepted. The log of the Worker has the reason.',
      }
    default:
      return unreachable(failure)
  }
}

function readOnlyError(id: string, reason: 'config' | 'child'): string {
  const name = shownText(shownName(id))
  if (reason === 'config') return `The key ${name} is configured in KEYS_JSON; change it there and deploy.`
  return `${name} is a child token, which can only be revoked; make a new one.`
}
