import { fail, succeed, type Result } from '../../base/result.ts'
import { checkFields, type FieldRules, type FieldValues, readFields } from '../../wire/json/json-fields.ts'
import { JsonProblem, JsonProblems } from '../../wire/json/json-problem.ts'
import { isJsonObject, type JsonValue } from '../../wire/json/json-text.ts'
import { readJsonBody } from './body.ts'

/**
 * Reads the body of a call that is not a message of OpenD; an empty body counts as `{}`. It must contain the fields of
 * `present`, even if null. Failures: every `request.*` about bodies.
 */
export async function readPlainBody<Rules extends FieldRules>(
  request: Request,
  rules: Rules,
  present: readonly (keyof Rules & string)[] = [],
): Promise<Result<FieldValues<Rules>>> {
  const body = await readJsonBody(request)
  if (!body.ok) return body
  const { value } = body
  if (!isJsonObject(value)) return fail({ code: 'request.invalid_value', path: 'body', expected: 'a JSON object' })
  const problems = new JsonProblems()
  const read = readFields(value, rules, problems)
  for (const name of present) {
    if (!Object.hasOwn(value, name)) problems.add(JsonProblem.missing(name, rules[name]?.expected ?? ''))
  }
  return read === null || problems.count > 0 ? problems.toFailed() : succeed(read)
}

/**
 * Reads the parameters of a query. Numbers and flags are written as in JSON; each parameter is allowed once. Failures:
 * `request.unknown_field`, `request.invalid_value` and `request.missing_field`, whose path starts with `?`.
 */
export function readQuery<Rules extends FieldRules>(request: Request, rules: Rules): Result<FieldValues<Rules>> {
  // Most requests have no query, and a search for `?` is cheaper than parsing the URL.
  if (!request.url.includes('?')) return checkFields({}, rules)
  const problems = new JsonProblems()
  const given = new Map<string, JsonValue>()
  for (const [name, text] of new URL(request.url).searchParams) {
    if (given.has(name)) problems.add(JsonProblem.invalid('this parameter once').under(name))
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    given.set(name, rule === undefined || rule.read(text, new JsonProblems()) !== null ? text : literalOf(text))
  }
  const read = readFields(Object.fromEntries(given), rules, problems)
  return read === null || problems.count > 0 ? problems.toFailed('?') : succeed(read)
}

/** The flag or the number that a text is; other texts stay texts. */
function literalOf(text: string): JsonValue {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : text
}
