import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buildWorker } from '../../src/cli/build-worker.ts'
import { firstLine, serverProcess, type ServerProcess } from './processes.ts'

/** The runtime's own program; the package brings no types. */
const { default: WORKERD } = createRequire(import.meta.url)('workerd') as { readonly default: string }

/**
 * Bundles a Worker and serves it with `workerd serve`: the runtime alone, without the development server around it.
 * Its object is called GatewayObject and keeps its storage in a temporary folder.
 */
export async function serveWorker(entry: string, vars: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'opend-edge-bench-'))
  await buildWorker(folder, entry)
  mkdirSync(join(folder, 'storage'))
  writeFileSync(join(folder, 'config.capnp'), configOf(basename(entry, '.ts'), join(folder, 'storage'), vars))
  const child = spawn(WORKERD, ['serve', '--experimental', '--control-fd=3', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  const control = child.stdio[3]
  if (control === null || control === undefined || !('setEncoding' in control)) throw new Error('fd 3 is a pipe')
  const { port } = JSON.parse(await firstLine(child, control)) as { readonly port: number }
  const server = serverProcess(child, port)
  return {
    ...server,
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The configuration in Cap'n Proto's text form, whose strings are written as in JSON. */
function configOf(module: string, storagePath: string, vars: Readonly<Record<string, string>>): string {
  const bindings = Object.entries(vars).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)}),`)
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["private"])),
    (name = "storage", disk = (path = ${JSON.stringify(storagePath)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${module}.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "GATEWAY", durableObjectNamespace = "GatewayObject"),
    ${bindings.join('\n    ')}
  ],
  durableObjectNamespaces = [(className = "GatewayObject", uniqueKey = "bench", enableSql = true)],
  durableObjectStorage = (localDisk = "storage"),
);
`
}
