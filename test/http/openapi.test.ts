import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { API_ENDPOINTS, OPERATIONS } from '../../src/endpoints.ts'
import { openApiDocument } from '../../src/http/openapi/openapi.ts'
import { makeRig } from './rig.ts'
import { sampleBody } from './sample-message.ts'

/** The description of the API for programs is that of the tables and of the schema. */

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>
  readonly required: readonly string[]
}

interface Described {
  readonly operationId: string
  readonly 'x-scopes': readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly required: boolean; readonly in: string }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

async function fetched(): Promise<Document> {
  const response = await makeRig().send('GET /openapi.json')
  assert.equal(response.status, 200)
  return (await response.json()) as Document
}

test('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate({ ...openApiDocument() })
  assert.ok(valid, JSON.stringify(errors ?? []).slice(0, 2_000))
})

test('it has every route of the tables with its scopes, and no other', async () => {
  const { paths } = await fetched()
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => `${method.toUpperCase()} ${path} ${one['x-scopes'].join()}`),
  )
  const queries = API_ENDPOINTS.filter(({ takesQuery }) => takesQuery).map((one) => ({ ...one, method: 'GET' }))
  const rows = [...API_ENDPOINTS, ...queries, ...OPERATIONS]
  assert.deepEqual(
    described.toSorted(),
    rows.map(({ method, path, scopes }) => `${method} ${path} ${scopes.join()}`).toSorted(),
  )
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
  assert.equal(new Set(ids).size, ids.length)
})

test('every reference leads to a schema, and every schema is referred to', async () => {
  const document = await fetched()
  const text = JSON.stringify(document)
  const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name))
  assert.deepEqual([...referred].toSorted(), Object.keys(document.components.schemas).toSorted())
})

test('the smallest body that an endpoint takes has all that its schema requires, and nothing that it does not know', async () => {
  const { paths } = await fetched()
  for (const endpoint of API_ENDPOINTS.filter(({ method }) => method === 'POST')) {
    const operation = paths[endpoint.path]?.['post']
    const schema = operation?.requestBody?.content['application/json'].schema
    assert.ok(schema !== undefined, endpoint.path)
    const names = Object.keys(sampleBody(endpoint))
    assert.deepEqual(
      names.filter((name) => !Object.hasOwn(schema.properties, name)),
      [],
      endpoint.path,
    )
    assert.deepEqual(
      schema.required.filter((name) => !names.includes(name)),
      [],
      endpoint.path,
    )
  }
})

test('the parameters of a read are the fields of its body that a query can say', async () => {
  const { paths } = await fetched()
  const names = (path: string): readonly string[] => (paths[path]?.['get']?.parameters ?? []).map(({ name }) => name)
  assert.deepEqual(names('/api/snapshot'), ['symbols', 'security_list', 'partial'])
  assert.ok(names('/api/funds').includes('acc_id'))
  assert.ok(!names('/api/funds').includes('header'))
  assert.deepEqual(names('/api/global-state'), [])
})
