import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyAction, quietAction } from './sharing-actions.ts'
import { Story } from './sharing-trace.ts'

test('whatever callers, OpenD and the link do: everybody has what it was told, and OpenD comes to just that', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyAction, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 2, max: 15 }),
      async (actions, quota) => {
        const story = new Story(quota)
        for (const action of actions) await story.act(action)
        await story.settle()
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
        const story = new Story(quota)
        for (const action of actions) await story.act(action)
        await story.settle()
        assert.equal(story.rig.opend.quotaRefusals, 0)
        assert.ok(story.rig.losses.every(({ reason }) => reason.kind === 'reclaimed'))
      },
    ),
    { numRuns: 600 },
  )
})
