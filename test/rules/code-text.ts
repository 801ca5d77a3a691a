/**
 * A small scanner, enough to look for words in code without finding them in comments or texts. (The compiler offers no
 * programming interface.)
 */

/** One piece of a source text. */
interface Piece {
  readonly kind: 'code' | 'comment' | 'text' | 'pattern'
  readonly source: string
}

/** Comments, quoted texts, pieces of templates and regular expressions; one character of code where none begins. */
const TOKEN =
  /(?<comment>\/\/.*|\/\*[^]*?\*\/)|(?<text>'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*")|(?<word>[\w$#]+)|(?<code>[^])/y
/** A template up to the next `${` or its end. */
const TEMPLATE = /(?:\\[^]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y
const PATTERN = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
/** After these a slash begins a regular expression; after a name, a number or a bracket it divides. */
const BEFORE_PATTERN = /(?:^|[=([{,;:!&|?+\-*%<>~^}]|\b(?:return|case|typeof|of|in))\s*$/

/** The code with comments, texts, templates and regular expressions blanked out, line by line as long as before. */
export function bareCode(source: string): string {
  return pieces(source)
    .map((piece) => (piece.kind === 'code' ? piece.source : blank(piece.source)))
    .join('')
}

/** The code with its texts, but without comments. */
export function withoutComments(source: string): string {
  return pieces(source)
    .map((piece) => (piece.kind === 'comment' ? blank(piece.source) : piece.source))
    .join('')
}

/** The comments of a source text. */
export function commentsOf(source: string): readonly string[] {
  return pieces(source)
    .filter((piece) => piece.kind === 'comment')
    .map((piece) => piece.source)
}

function pieces(source: string): readonly Piece[] {
  const found: Piece[] = []
  /** For each open `${`: how many braces are open inside it. */
  const templates: number[] = []
  let code = ''
  let position = 0
  const add = (kind: Piece['kind'], piece: string): void => {
    found.push({ kind, source: piece })
    position += piece.length
    if (kind === 'code') code = (code + piece).slice(-40)
    else if (kind !== 'comment') code = 'x'
  }
  const template = (opening: string): void => {
    add('code', opening)
    const piece = matchAt(TEMPLATE, source, position) ?? source.slice(position)
    add('text', piece)
    if (piece.endsWith('${')) templates.push(0)
  }
  while (position < source.length) {
    const pattern = source[position] === '/' && BEFORE_PATTERN.test(code) ? matchAt(PATTERN, source, position) : null
    const groups = execAt(TOKEN, source, position)
    if (groups['comment'] !== undefined) add('comment', groups['comment'])
    else if (pattern !== null) add('pattern', pattern)
    else if (groups['text'] !== undefined) add('text', groups['text'])
    else if (groups['word'] !== undefined) add('code', groups['word'])
    else if (groups['code'] === '`') template('`')
    else if (groups['code'] === '}' && templates.at(-1) === 0) {
      templates.pop()
      template('}')
    } else {
      const open = templates.pop()
      if (open !== undefined) templates.push(open + braceStep(groups['code']))
      add('code', groups['code'] ?? '')
    }
  }
  return found
}

function braceStep(character: string | undefined): number {
  if (character === '{') return 1
  return character === '}' ? -1 : 0
}

function matchAt(pattern: RegExp, source: string, position: number): string | null {
  pattern.lastIndex = position
  return pattern.exec(source)?.[0] ?? null
}

function execAt(pattern: RegExp, source: string, position: number): Readonly<Record<string, string | undefined>> {
  pattern.lastIndex = position
  return pattern.exec(source)?.groups ?? {}
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}
