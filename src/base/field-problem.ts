/**
 * One thing that is wrong with a field of a body, a query, a socket message or a configured record. `path` is as the
 * caller wrote it; `expected` completes the words "expected ..."; neither repeats a value.
 */
export type FieldProblem =
  /** `nearest` is the known name that was probably meant; `allowed` are all known names, where they are few. */
  | {
      readonly code: 'request.unknown_field'
      readonly path: string
      readonly nearest: string | null
      readonly allowed?: readonly string[]
    }
  | { readonly code: 'request.missing_field'; readonly path: string; readonly expected: string }
  | { readonly code: 'request.invalid_value'; readonly path: string; readonly expected: string }

/** The first problem of a request, with the `others` that were found where there are several. */
export type FieldFailure = FieldProblem & { readonly others?: readonly FieldProblem[] }

/** The problem in words: `qty: expected a finite number`. The one form for HTTP, sockets and the configuration. */
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
