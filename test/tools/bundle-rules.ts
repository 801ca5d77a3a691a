/**
 * The most bytes of the Worker's upload after gzip, which a cold start reads and compiles. The schema table and the
 * codec take most of them. The limit is close enough that a library imported by accident exceeds it.
 */
export const MAX_GZIP_BYTES = 256 * 1024

/** Modules that the platform provides; everything else must be inside the bundle. */
const ALLOWED_IMPORT = /^(?:cloudflare|node):/

/** The platform refuses to compile code from text while it serves a request. */
const CODE_FROM_TEXT = /\beval\s*\(|\bFunction\s*\(/g

/** Import statements begin a line or follow another statement; examples in comments begin with an asterisk. */
const STATEMENT = String.raw`(?:^|[;}])[ \t]*(?:import\s*|(?:import|export)\b[^'"();]*?\bfrom\s*)["']([^"']+)["']`
const DYNAMIC = String.raw`\bimport\s*\(\s*["']([^"']+)["']`
const IMPORT = new RegExp(`${STATEMENT}|${DYNAMIC}`, 'gm')

/** The problems of a built Worker, as sentences. */
export function bundleProblems(code: string, gzipBytes: number): readonly string[] {
  const problems: string[] = []
  if (gzipBytes > MAX_GZIP_BYTES)
    problems.push(`the bundle is ${gzipBytes} bytes after gzip; ${MAX_GZIP_BYTES} allowed`)
  for (const match of code.matchAll(CODE_FROM_TEXT)) {
    problems.push(`line ${lineOf(code, match.index)} makes code from text: ${excerpt(code, match.index)}`)
  }
  for (const match of code.matchAll(IMPORT)) {
    const name = match[1] ?? match[2] ?? ''
    if (!ALLOWED_IMPORT.test(name)) problems.push(`line ${lineOf(code, match.index)} imports ${name} at run time`)
  }
  return problems
}

function lineOf(code: string, index: number): number {
  return code.slice(0, index).split('\n').length
}

function excerpt(code: string, index: number): string {
  return code.slice(index, index + 60).split('\n', 1)[0] ?? ''
}
