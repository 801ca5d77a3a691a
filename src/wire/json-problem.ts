import type { Failure } from '../base/failure.ts'
import { shownName } from '../base/shown-text.ts'

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

type Reason =
  | { readonly code: 'request.unknown_field'; readonly nearest: string | null }
  | { readonly code: 'request.missing_field'; readonly expected: string }
  | { readonly code: 'request.invalid_value'; readonly expected: string }

/**
 * What is wrong with a value of a body. It starts where it was found, and on the way out each level puts its own name
 * in front; a body that is right never builds a path.
 */
export class Problem {
  readonly #reason: Reason
  #path = ''

  private constructor(reason: Reason) {
    this.#reason = reason
  }

  /** The value is not what the schema wants. `expected` completes the words "expected ...". */
  static invalid(expected: string): Problem {
    return new Problem({ code: 'request.invalid_value', expected })
  }

  /** A required field is not there. */
  static missing(name: string, expected: string): Problem {
    return new Problem({ code: 'request.missing_field', expected }).under(name)
  }

  /** No field has that name. `nearest` is the known one that was probably meant. */
  static unknown(name: string, nearest: string | null): Problem {
    return new Problem({ code: 'request.unknown_field', nearest }).under(name)
  }

  /** Moves the problem into the member or element of that name or index. Returns itself. */
  under(segment: string | number): this {
    const inner = this.#path
    const dot = inner === '' || inner.startsWith('[') ? '' : '.'
    this.#path = `${segmentText(segment)}${dot}${inner}`
    return this
  }

  /** The problem as the caller sees it. The whole body's path is `body`. */
  toFailure(): Failure {
    return { ...this.#reason, path: this.#path === '' ? 'body' : this.#path }
  }
}

function segmentText(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`
  const shown = shownName(segment)
  return PLAIN_NAME.test(shown) ? shown : `[${JSON.stringify(shown)}]`
}
