import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyAction, quietAction } from './sharing-actions.ts'
import { SharingTrace } from './sharing-trace.ts'

test('whatever callers, OpenD and the link do: everybody has what it was told, and OpenD comes to just that', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyAction, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 2, max: 15 }),
      async (actions, quota) => {
        const trace = new SharingTrace(quota)
        for (const action of actions) await trace.act(action)
        await trace.settle()
      },
    ),
    { numRuns: 800 },
  )
})

test('when OpenD is sound and nobody else uses its quota, it never has to refuse anything', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(quietAction, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 2, max: 15 }),
      async (actions, quota) => {
        const trace = new SharingTrace(quota)
        for (const action of actions) await trace.act(action)
        await trace.settle()
        assert.equal(trace.rig.opend.quotaRefusals, 0)
        assert.ok(trace.rig.losses.every(({ reason }) => reason.kind === 'reclaimed'))
      },
    ),
    { numRuns: 600 },
  )
})
