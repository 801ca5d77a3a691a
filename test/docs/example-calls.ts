import { textOf } from './pages.ts'
import { commandsIn } from './shell-words.ts'

/** A call of an example, as the shell would make it. */
export interface ExampleCall {
  readonly page: string
  readonly path: string
  /** By name, as written. */
  readonly headers: Readonly<Record<string, string>>
  /** Null where there is none. */
  readonly body: string | null
}

/** The calls that the shell examples of a page make with curl, in their order. */
export function exampleCalls(page: string): readonly ExampleCall[] {
  return commandsIn(textOf(page)).flatMap((words) => {
    const url = words.find((word) => word.startsWith('http://127.0.0.1:22222/'))
    if (url === undefined) return []
    const [body = null] = afterEach(words, '-d')
    const headers = afterEach(words, '-H').map((header) => header.split(': ') as [string, string])
    return [{ page, path: new URL(url).pathname, headers: Object.fromEntries(headers), body }]
  })
}

/** The words that follow an option. */
function afterEach(words: readonly string[], option: string): readonly string[] {
  return words.filter((_, at) => words[at - 1] === option)
}
