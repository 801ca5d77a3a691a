/**
 * One problem with a field of a body, a query, a socket message or a configured record. `path` is the path in the
 * caller's text; `expected` completes "expected ...". Neither contains a value.
 */
export type FieldProblem =
  /** `nearest` is the most similar known name; `allowed` are all known names if there are few. */
  | {
      readonly code: 'request.unknown_field'
      readonly path: string
      readonly nearest: string | null
      readonly allowed?: readonly string[]
    }
  | { readonly code: 'request.missing_field'; readonly path: string; readonly expected: string }
  | { readonly code: 'request.invalid_value'; readonly path: string; readonly expected: string }

/** The first problem of a request, and the `others` if there are several. */
export type FieldFailure = FieldProblem & { readonly others?: readonly FieldProblem[] }

/** The text of a problem, `qty: expected a finite number`, for HTTP, sockets and the configuration. */
export function describeField(problem: FieldProblem): string {
  switch (problem.code) {
    case 'request.unknown_field':
      return `${problem.path}: unknown field${hintOf(problem)}`
    case 'request.missing_field':
      return `${problem.path}: required field is missing, expected ${problem.expected}`
    case 'request.invalid_value':
      return `${problem.path}: expected ${problem.expected}`
  }
}

function hintOf({ nearest, allowed }: Extract<FieldProblem, { readonly code: 'request.unknown_field' }>): string {
  if (nearest !== null) return ` (did you mean ${nearest}?)`
  return allowed === undefined ? '' : ` (allowed: ${allowed.join(', ')})`
}
