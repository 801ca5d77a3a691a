import type { FieldProblem } from '../../base/field-problem.ts'
import { fail, type Failed } from '../../base/result.ts'
import { shownName } from '../../base/shown-text.ts'

/** Maximum number of field names in a problem. */
const MAX_LISTED = 8

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

type Reason =
  | { readonly code: 'request.unknown_field'; readonly nearest: string | null; readonly allowed?: readonly string[] }
  | { readonly code: 'request.missing_field'; readonly expected: string }
  | { readonly code: 'request.invalid_value'; readonly expected: string }

/**
 * A problem with a value of a body. It is created without a path, and each level prepends its own name on the way out,
 * so a valid body never builds a path.
 */
export class JsonProblem {
  readonly #reason: Reason
  #path = ''

  private constructor(reason: Reason) {
    this.#reason = reason
  }

  /** The value does not match the schema. `expected` completes "expected ...". */
  static invalid(expected: string): JsonProblem {
    return new JsonProblem({ code: 'request.invalid_value', expected })
  }

  /** A required field is missing. */
  static missing(name: string, expected: string): JsonProblem {
    return new JsonProblem({ code: 'request.missing_field', expected }).under(name)
  }

  /** The name is unknown. `nearest` is the most similar known name, `allowed` are all known names. */
  static unknown(name: string, nearest: string | null, allowed?: readonly string[]): JsonProblem {
    const isListed = nearest === null && allowed !== undefined && allowed.length > 0 && allowed.length <= MAX_LISTED
    const listed = isListed ? { allowed } : {}
    return new JsonProblem({ code: 'request.unknown_field', nearest, ...listed }).under(name)
  }

  /** Moves the problem into the member or element of that name or index. Returns itself. */
  under(segment: string | number): this {
    const inner = this.#path
    const dot = inner === '' || inner.startsWith('[') ? '' : '.'
    this.#path = `${segmentText(segment)}${dot}${inner}`
    return this
  }

  /** The problem for the response. The path of the whole body is `body`. */
  toFieldProblem(prefix = ''): FieldProblem {
    return { ...this.#reason, path: this.#path === '' ? 'body' : `${prefix}${this.#path}` }
  }
}

/** Maximum number of problems in one response, so that a large invalid body stays cheap. */
export const MAX_PROBLEMS = 8

/** The problems of one body, in the order they were found, up to `MAX_PROBLEMS`. */
export class JsonProblems {
  readonly #found: JsonProblem[] = []

  get count(): number {
    return this.#found.length
  }

  /** Whether further problems would be dropped, so that the reader can stop. */
  get isFull(): boolean {
    return this.#found.length >= MAX_PROBLEMS
  }

  add(problem: JsonProblem): void {
    if (!this.isFull) this.#found.push(problem)
  }

  /** Moves the problems from index `from` on into the member or element. */
  moveUnder(segment: string | number, from: number): void {
    for (let index = from; index < this.#found.length; index++) this.#found[index]?.under(segment)
  }

  /** All problems for the response; each path starts with `prefix`. */
  toFieldProblems(prefix?: string): readonly FieldProblem[] {
    return this.#found.map((problem) => problem.toFieldProblem(prefix))
  }

  /** The failure with all problems. Requires at least one. */
  toFailed(prefix?: string): Failed {
    const [first, ...others] = this.toFieldProblems(prefix)
    if (first === undefined) throw new Error('toFailed needs at least one problem')
    return fail(others.length === 0 ? first : { ...first, others })
  }
}

function segmentText(segment: string | number): string {
  if (typeof segment === 'number') return `[${segment}]`
  const shown = shownName(segment)
  return PLAIN_NAME.test(shown) ? shown : `[${JSON.stringify(shown)}]`
}
