/**
 * The known name that a mistyped one most likely meant, or null when none is near. Letter case, underscores, hyphens
 * and spaces do not count. One slip is allowed in a short name, two from 5 characters on, three from 10; a slip is a
 * missing, added or wrong character, or two neighbours swapped. Of equally near names the first wins.
 *
 * The caller chooses one of the two names and may make it as long as a body; it costs one pass, as names whose
 * lengths differ too much are not compared.
 */
export function nearestName(given: string, known: Iterable<string>): string | null {
  const wanted = fold(given)
  let allowed = Math.min(1 + Math.floor(wanted.length / 5), 3)
  let nearest: string | null = null
  for (const name of known) {
    const distance = slipsBetween(wanted, fold(name), allowed)
    if (distance > allowed) continue
    nearest = name
    allowed = distance - 1
    if (allowed < 0) break
  }
  return nearest
}

function fold(name: string): string {
  return name.replace(/[_\- ]/g, '').toLowerCase()
}

/** Optimal string alignment distance, or some number over `allowed` once it is clear that it is larger. */
function slipsBetween(a: string, b: string, allowed: number): number {
  if (Math.abs(a.length - b.length) > allowed) return allowed + 1
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let slips = Math.min(
        cell(last, column) + 1,
        cell(current, column - 1) + 1,
        cell(last, column - 1) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) slips = Math.min(slips, cell(beforeLast, column - 2) + 1)
      current.push(slips)
    }
    if (Math.min(...current) > allowed) return allowed + 1
    beforeLast = last
    last = current
  }
  return cell(last, b.length)
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
