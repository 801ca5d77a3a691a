/** The options that determine what a stored state means. A run with other ones cannot continue it. Plain JSON. */
export interface RunOptions {
  readonly seed: number
  /** `--clock` as the user typed it. */
  readonly clock: string
  readonly hours: string
  /** The recording of `--replay`; null for a generated market. */
  readonly replay: { readonly path: string; readonly md5: string } | null
}

const OTHER_FOLDER = 'or name another folder with --data.'

/** Describes the first option in which a run differs from an earlier one, and what to do; null if it can continue. */
export function contradictionOf(earlier: RunOptions, now: RunOptions): string | null {
  for (const name of ['seed', 'clock', 'hours'] as const) {
    if (earlier[name] === now[name]) continue
    return `contains a run with --${name} ${earlier[name]}: use that, ${OTHER_FOLDER}`
  }
  if (earlier.replay?.md5 === now.replay?.md5) return null
  if (earlier.replay === null) return `contains a run without --replay: leave it out, ${OTHER_FOLDER}`
  const { path } = earlier.replay
  return path === now.replay?.path
    ? `contains a run with other contents of --replay ${path}: restore the file, ${OTHER_FOLDER}`
    : `contains a run with --replay ${path}: use that, ${OTHER_FOLDER}`
}
