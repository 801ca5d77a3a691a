import type { FieldProblem } from '../base/field-problem.ts'
import { fail, type Failed } from '../base/result.ts'
import { shownName } from '../base/shown-text.ts'

/** Names of fields that a problem lists. */
const MOST_LISTED = 8

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

type Reason =
  | { readonly code: 'request.unknown_field'; readonly nearest: string | null; readonly allowed?: readonly string[] }
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

  /** No field has that name. `nearest` is the known one that was probably meant; `allowed` are all known ones. */
  static unknown(name: string, nearest: string | null, allowed?: readonly string[]): Problem {
    const isListed = nearest === null && allowed !== undefined && allowed.length > 0 && allowed.length <= MOST_LISTED
    const few = isListed ? { allowed } : {}
    return new Problem({ code: 'request.unknown_field', nearest, ...few }).under(name)
  }

  /** Moves the problem into the member or element of that name or index. Returns itself. */
  under(segment: string | number): this {
    const inner = this.#path
    const dot = inner === '' || inner.startsWith('[') ? '' : '.'
    this.#path = `${segmentText(segment)}${dot}${inner}`
    return this
  }

  /** The problem as the caller sees it. The whole body's path is `body`. */
  toFieldProblem(prefix = ''): FieldProblem {
    return { ...this.#reason, path: this.#path === '' ? 'body' : `${prefix}${this.#path}` }
  }
}

/** Problems that one answer lists. More would rarely be read, and a body of nothing else must not cost its length. */
export const MAX_PROBLEMS = 8

/** The problems of one body, in the order they were found, up to `MAX_PROBLEMS`. */
export class Problems {
  readonly #found: Problem[] = []

  get count(): number {
    return this.#found.length
  }

  /** Whether reading on finds nothing that the answer has room for. */
  get isFull(): boolean {
    return this.#found.length >= MAX_PROBLEMS
  }

  add(problem: Problem): void {
    if (!this.isFull) this.#found.push(problem)
  }

  /** Moves the problems that were found when there were `from` already into the member or element. */
  moveUnder(segment: string | number, from: number): void {
    for (let index = from; index < this.#found.length; index++) this.#found[index]?.under(segment)
  }

  /** All of them as the caller sees them; `prefix` stands before each path. */
  toFieldProblems(prefix?: string): readonly FieldProblem[] {
    return this.#found.map((problem) => problem.toFieldProblem(prefix))
  }

  /** The failure that names all of them. There must be one. */
  toFailed(prefix?: string): Failed {
    const [first, ...others] = this.toFieldProblems(prefix)
    if (first === undefined) throw new Error('a failure without a problem')
    return fail(others.length === 0 ? first : { ...first, others })
  }
}

function segmentText(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`
  const shown = shownName(segment)
  return PLAIN_NAME.test(shown) ? shown : `[${JSON.stringify(shown)}]`
}
