import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AlarmClock, type AlarmStorage } from '../../durable-objects/alarm-clock.ts'

/** An alarm whose reads and writes take turns of the event loop, in order, as the platform's do. */
class FakeAlarm implements AlarmStorage {
  doesFail = false
  #setMs: number | null

  constructor(setMs: number | null = null) {
    this.#setMs = setMs
  }

  get setMs(): number | null {
    return this.#setMs
  }

  getAlarm(): Promise<number | null> {
    const setMs = this.#setMs
    return turns(3).then(() => setMs)
  }

  async setAlarm(atMs: number): Promise<void> {
    if (this.doesFail) throw new Error('the storage fails')
    this.#setMs = atMs
    await turns(1)
  }

  async deleteAlarm(): Promise<void> {
    this.#setMs = null
    await turns(1)
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const ignore = (): void => undefined

test('of all times that were asked for, one of an earlier instance included, the earliest is set', async () => {
  const time = fc.integer({ min: 1, max: 100 })
  await fc.assert(
    fc.asyncProperty(fc.option(time), fc.array(fc.tuple(time, fc.nat(4)), { minLength: 1 }), async (stored, asked) => {
      const alarm = new FakeAlarm(stored)
      const clock = new AlarmClock(alarm, ignore)
      for (const [atMs, pause] of asked) {
        clock.by(atMs)
        await turns(pause)
      }
      await turns(5)
      assert.equal(alarm.setMs, Math.min(stored ?? Infinity, ...asked.map(([atMs]) => atMs)))
    }),
    { seed: 20_261_126, numRuns: 50 },
  )
})

test('once it rang or was cleared, a later time is set', async () => {
  const alarm = new FakeAlarm()
  const clock = new AlarmClock(alarm, ignore)
  await turns(5)
  clock.by(10)
  clock.rang()
  clock.by(20)
  assert.equal(alarm.setMs, 20)
  await clock.clear()
  assert.equal(alarm.setMs, null)
  clock.by(30)
  assert.equal(alarm.setMs, 30)
})

test('an alarm that the storage did not take is set by the next request', async () => {
  const alarm = new FakeAlarm()
  const errors: unknown[] = []
  const clock = new AlarmClock(alarm, (error) => errors.push(error))
  await turns(5)
  alarm.doesFail = true
  clock.by(10)
  await turns(2)
  alarm.doesFail = false
  clock.by(40)
  assert.deepEqual([alarm.setMs, errors.length], [40, 1])
})
