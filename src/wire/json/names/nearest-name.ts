/**
 * The known name that is most similar to a mistyped one; null when no name is similar enough. Letter case, underscores,
 * hyphens and spaces are ignored. A short name may have one edit, a name from 5 characters two, from 10 three. An edit
 * is a missing, added or wrong character, or two swapped neighbours. Of equally similar names the first is returned.
 *
 * `given` comes from the caller and may be as long as a body. It costs one pass, because names whose lengths differ too
 * much are not compared.
 */
export function nearestName(given: string, known: Iterable<string>): string | null {
  const wanted = fold(given)
  let allowed = Math.min(1 + Math.floor(wanted.length / 5), 3)
  let nearest: string | null = null
  for (const name of known) {
    const distance = editsBetween(wanted, fold(name), allowed)
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

/** Optimal string alignment distance; some number over `allowed` if the distance is over it. */
function editsBetween(a: string, b: string, allowed: number): number {
  if (Math.abs(a.length - b.length) > allowed) return allowed + 1
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let edits = Math.min(
        cell(last, column) + 1,
        cell(current, column - 1) + 1,
        cell(last, column - 1) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) edits = Math.min(edits, cell(beforeLast, column - 2) + 1)
      current.push(edits)
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
