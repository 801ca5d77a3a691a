import { build } from 'esbuild'
import { join } from 'node:path'
import { ROOT } from '../build-worker.ts'

/** The oldest Node that runs the file. */
const TARGET = 'node20'

/**
 * Writes the connector as one file, which needs Node and nothing else. Returns a sentence about how to run it. `ws`
 * looks for two native packages that it does not need; they are left out.
 */
export async function writeBundle(file: string): Promise<string> {
  await build({
    entryPoints: [join(ROOT, 'src/cli/connector.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: TARGET,
    // The file cannot write itself.
    external: ['bufferutil', 'utf-8-validate', './connector/bundle.ts'],
    // `ws` is a CommonJS module, which loads modules of Node with `require`.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  })
  return `Wrote ${file}. Run it beside OpenD: node opend-connector.mjs --edge https://... --token fc_...`
}
