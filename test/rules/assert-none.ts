import assert from 'node:assert/strict'

/** Fails with one problem per line. */
export function assertNone(problems: readonly string[]): void {
  assert.ok(problems.length === 0, `\n${problems.join('\n')}`)
}
