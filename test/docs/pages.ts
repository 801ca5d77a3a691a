import { readFileSync } from 'node:fs'

/** The rows of a table in a page of the documentation: its cells, without the padding that the formatter adds. */
export type Table = readonly (readonly string[])[]

/** The text of a file, named from the top of the repository. */
export function textOf(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
}

/** The table between `<!-- name -->` and `<!-- /name -->` of a page, without its head. */
export function tableIn(path: string, name: string): Table {
  const [, rest] = textOf(path).split(`<!-- ${name} -->\n`)
  const [table, end] = rest?.split(`<!-- /${name} -->`) ?? []
  if (table === undefined || end === undefined) throw new Error(`${path} has no table ${name}`)
  const [, , ...rows] = table.trim().split('\n').map(cellsOf)
  return rows
}

/** The names that the first cells of such a table have in backticks, in their order. */
export function namesIn(path: string, name: string): readonly string[] {
  return tableIn(path, name).flatMap(([first = '']) => [...first.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))
}

function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}
