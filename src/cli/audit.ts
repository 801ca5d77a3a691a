import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { verifyExport } from './audit/verify.ts'
import { type CommandForm, commandLine, refuseCommandLine, userFolder } from './command-line.ts'
import { callEdge, edgeOf } from './edge-client.ts'

const FORM: CommandForm<'edge' | 'token'> = {
  command: 'npm run audit --',
  about: 'Exports the audit of a gateway, and checks an export.',
  operands: { name: 'export FILE | verify FILE', about: 'writes all rows to a file, or checks the chain of a file' },
  options: {
    edge: { takes: 'URL', about: 'address of the gateway; by default that of npm start on this machine' },
    token: { takes: 'KEY', about: 'key with the scope admin; by default OPEND_EDGE_TOKEN, or the local key' },
  },
}

/** `npm run audit`: exports the audit of a gateway on this machine or deployed, and checks an export. */
async function main(): Promise<void> {
  const line = commandLine(FORM)
  const [command, file, ...excess] = line.operands
  if (file === undefined || excess.length > 0 || (command !== 'export' && command !== 'verify')) {
    return refuseCommandLine(FORM, 'Give "export FILE" or "verify FILE".')
  }
  const path = resolve(userFolder(), file)
  if (command === 'verify') {
    const verdict = verifyExport(readFileSync(path, 'utf8'))
    return finish(verdict.text, verdict.isWhole)
  }
  const edge = edgeOf('A key with the scope admin', { edge: line.text('edge'), token: line.text('token') }, process.env)
  if (!edge.ok) return finish(edge.problem, false)
  const rows: string[] = []
  let head = ''
  for (let after: number | null = 0; after !== null;) {
    const part = await callEdge(edge.edge, `/api/admin/audit-file?after=${after}`)
    if (!part.ok) return finish(part.problem, false)
    const [first = '', ...lines] = part.text.trimEnd().split('\n')
    const { next_after: next } = JSON.parse(first) as { readonly next_after: number | null }
    if (head === '') head = first
    rows.push(...lines)
    after = next
  }
  writeFileSync(path, `${[head, ...rows].join('\n')}\n`, { mode: 0o600 })
  return finish(`${rows.length} rows are in ${path}.`, true)
}

function finish(text: string, isRight: boolean): void {
  if (isRight) process.stdout.write(`${text}\n`)
  else process.stderr.write(`${text}\n`)
  process.exitCode = isRight ? 0 : 1
}

await main()
