import { SCOPES, type Scope } from '../../auth/scope.ts'
import { CALLS } from '../../calls.ts'
import { API_ENDPOINTS, type ApiEndpoint, type Operation, OPERATIONS } from '../../endpoints.ts'
import { answerJsonText } from '../answer.ts'
import type { Handler } from '../exchange.ts'
import { checkNoBody, checkQuery } from '../request/body.ts'
import { messageOf, optionsOf } from '../request/request-message.ts'
import { type JsonSchema, MessageSchemas } from './message-schemas.ts'

/** The text of the document: the same for every request, and made at the first one of an isolate. */
let text: string | null = null

/** `GET /openapi.json`: the description of the API for programs. It needs no token: it has nothing of the deployment. */
export const openApi: Handler = async ({ request, requestId }) => {
  const query = checkQuery(request)
  if (!query.ok) return query
  const nothing = await checkNoBody(request)
  if (!nothing.ok) return nothing
  text ??= JSON.stringify(openApiDocument())
  return answerJsonText(200, text, requestId, {})
}

/** The document that describes the API to programs, in OpenAPI 3.1. It is made from the tables and the schema. */
export function openApiDocument(): JsonSchema {
  const schemas = new MessageSchemas()
  const paths = new Map<string, Record<string, JsonSchema>>()
  const add = (path: string, method: string, operation: JsonSchema): void => {
    paths.set(path, { ...paths.get(path), [method.toLowerCase()]: operation })
  }
  for (const endpoint of API_ENDPOINTS) {
    if (endpoint.takesQuery) add(endpoint.path, 'GET', callOperation(endpoint, schemas, 'GET'))
    add(endpoint.path, endpoint.method, callOperation(endpoint, schemas, endpoint.method))
  }
  for (const operation of OPERATIONS) add(operation.path, operation.method, ownOperation(operation))
  return {
    openapi: '3.1.0',
    info: {
      title: 'opend-edge',
      version: '0.1.0',
      description: "Futu's OpenD over HTTPS. Bodies are the C2S messages of OpenD's calls.",
    },
    security: [{ bearer: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: `Scopes: ${SCOPES.join(', ')}.` } },
      schemas: { ...schemas.components, Error: ERROR },
    },
  }
}

const ERROR: JsonSchema = {
  type: 'object',
  properties: {
    error: { type: 'string', description: 'What is wrong and what to do.' },
    code: { type: 'string', description: 'Stable; see the page on errors.' },
    request_id: { type: 'string' },
    path: { type: 'string', description: 'The field or parameter that is wrong.' },
  },
  required: ['error', 'code', 'request_id'],
}

const FAILED: JsonSchema = {
  description: 'Refused or failed. The page on errors lists every code with its status.',
  ...jsonContent({ $ref: '#/components/schemas/Error' }),
}

/** An endpoint that is a call of OpenD. */
function callOperation(endpoint: ApiEndpoint, schemas: MessageSchemas, method: 'GET' | 'POST'): JsonSchema {
  const { path, protocol, protoId, purpose, group, scopes } = endpoint
  const options = optionsOf(endpoint)
  const isQuery = method === 'GET' && endpoint.takesQuery
  const parameters = [
    // A query does not subscribe: see `query-body.ts`.
    ...(isQuery ? schemas.parameters(messageOf(endpoint), { ...options, extraFields: [] }) : []),
    ...flag(endpoint.hasPartial, 'partial', 'Leave out the securities that OpenD refuses.'),
    ...flag(endpoint.hasDryRun, 'dry_run', 'Make all checks, and send nothing.'),
    ...(endpoint.isOrder ? [IDEMPOTENCY_KEY] : []),
  ]
  const { limit = null } = CALLS[protocol as keyof typeof CALLS] as { readonly limit?: object }
  return {
    operationId: operationId(method, path),
    summary: purpose,
    tags: [group],
    description: `${protocol} (${protoId}). ${scopeText(scopes)}`,
    'x-scopes': scopes,
    ...(limit !== null && { 'x-opend-limit': limit }),
    ...(parameters.length > 0 && { parameters }),
    ...(method === 'POST' && { requestBody: jsonContent(schemas.body(messageOf(endpoint), options)) }),
    responses: { 200: answerOf(protocol, schemas), default: FAILED },
  }
}

/** The envelope of OpenD's reply. */
function answerOf(protocol: string, schemas: MessageSchemas): JsonSchema {
  const schema = {
    type: 'object',
    properties: {
      ret_type: { type: 'integer', description: '0: success.' },
      ret_msg: { type: ['string', 'null'] },
      err_code: { type: ['integer', 'null'] },
      s2c: schemas.refTo(`${protocol}.S2C`, 'answer'),
    },
    required: ['ret_type', 's2c'],
  }
  return { description: "OpenD's reply.", ...jsonContent(schema) }
}

/** An endpoint that is not a call of OpenD. Its bodies are described on the pages. */
function ownOperation({ method, path, purpose, scopes }: Operation): JsonSchema {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } }
  })
  return {
    operationId: operationId(method, path),
    summary: purpose,
    tags: ['Gateway'],
    description: scopeText(scopes),
    'x-scopes': scopes,
    ...(scopes.length === 0 && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(method === 'POST' && { requestBody: jsonContent({ type: 'object' }) }),
    responses: { default: { description: 'See the pages.' } },
  }
}

const IDEMPOTENCY_KEY: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A second call with the same key gets the answer of the first one, and sends nothing.',
  schema: { type: 'string' },
}

function flag(isThere: true | undefined, name: string, description: string): readonly JsonSchema[] {
  return isThere === true ? [{ name, in: 'query', required: false, description, schema: { type: 'boolean' } }] : []
}

function scopeText(scopes: readonly Scope[]): string {
  return scopes.length === 0 ? 'Needs no token.' : `Needs one of the scopes ${scopes.join(', ')}.`
}

/** `get_api_snapshot`: unique, and a name in most languages. */
function operationId(method: string, path: string): string {
  return `${method} ${path}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
}

function jsonContent(schema: JsonSchema) {
  return { content: { 'application/json': { schema } } }
}
