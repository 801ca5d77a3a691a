/** The commands of the shell examples of a page: each as its words, with the variables that the page itself assigns. */
export function commandsIn(page: string): readonly (readonly string[])[] {
  const variables = new Map<string, string>()
  return [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => commandsOf(block, variables))
}

/** As much of the shell's grammar as the examples use: quotes, backslashes, variables, comments, ends of lines. */
function commandsOf(block: string, variables: Map<string, string>): readonly (readonly string[])[] {
  const commands: string[][] = []
  let words: string[] = []
  let word: string | null = null
  let quote = ''
  const endWord = (): void => {
    if (word !== null) words.push(word)
    // The output of a command is not known here.
    const [, name, value = ''] = /^(\w+)=(?!\$\()(.*)$/s.exec(word ?? '') ?? []
    if (name !== undefined) variables.set(name, value)
    word = null
  }
  for (let at = 0; at < block.length; at++) {
    const char = block.charAt(at)
    const variable = quote === "'" ? null : /^\$(\w+)/.exec(block.slice(at))
    if (quote !== "'" && char === '\\') {
      at++
      if (block.charAt(at) !== '\n') word = (word ?? '') + block.charAt(at)
    } else if (variable !== null) {
      // One that only a response or a person can give stands for a number.
      word = (word ?? '') + (variables.get(variable[1] ?? '') ?? '1')
      at += variable[0].length - 1
    } else if (char === quote) quote = ''
    else if (quote !== '') word = (word ?? '') + char
    else if (char === "'" || char === '"') {
      quote = char
      word ??= ''
    } else if (char === '#' && word === null) at = block.indexOf('\n', at) - 1
    else if (/\s/.test(char)) {
      endWord()
      if (char !== '\n') continue
      if (words.length > 0) commands.push(words)
      words = []
    } else word = (word ?? '') + char
  }
  return commands
}
