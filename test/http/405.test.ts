import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_ENDPOINTS, type ApiEndpoint, type Operation, OPERATIONS } from '../../src/endpoints.ts'
import { makeRig, readError } from './rig.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** The methods of a row: a read whose message is a body also takes it in the query of a GET. */
function methodsOf({ method, ...row }: ApiEndpoint | Operation): readonly string[] {
  return 'takesQuery' in row && row.takesQuery ? ['GET', method] : [method]
}

test('a path of the table takes its own method and says so to every other', async () => {
  const { gateway, send } = makeRig()
  const rows = [...API_ENDPOINTS, ...OPERATIONS]
  for (const { path } of rows) {
    const methods = rows.filter((row) => row.path === path).flatMap(methodsOf)
    const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : ['POST']))
    for (const other of METHODS.filter((name) => !allowed.includes(name))) {
      const response = await send(`${other} ${path}`)
      assert.equal(response.status, 405, `${other} ${path}`)
      assert.equal(response.headers.get('Allow'), allowed.join(', '))
      assert.equal(response.headers.get('WWW-Authenticate'), null)
      if (other !== 'HEAD') assert.equal((await readError(response, 405)).code, 'request.method_not_allowed')
    }
  }
  assert.equal(gateway.touched, 0)
})
