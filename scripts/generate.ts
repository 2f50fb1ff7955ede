import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { printedSchema } from '@spacedrive/daemon/graphql-schema'
import { indexPage } from './generate/architecture.ts'
import { commandsPage } from './generate/commands-page.ts'
import { contractJson } from './generate/contract.ts'
import { eventsPage } from './generate/events-page.ts'
import { manualPage } from './generate/man.ts'
import { operationsPage } from './generate/operations-page.ts'
import { staleAnswers } from './generate/stale-answers.ts'
import { sidecarKindsModule } from './generate/sidecar-kinds.ts'
import { assemble } from './generate/wasm.ts'

const root = new URL('..', import.meta.url)

/** Every committed file that is made from others: most from the operations. */
const generated: readonly { file: URL; make: () => string | Promise<string> }[] = [
  { file: new URL('core/src/domain/sidecar-kinds.ts', root), make: sidecarKindsModule },
  { file: new URL('cli/src/contract.json', root), make: contractJson },
  { file: new URL('cli/man/spacedrive.1', root), make: manualPage },
  { file: new URL('docs/commands.md', root), make: commandsPage },
  { file: new URL('docs/events.md', root), make: eventsPage },
  { file: new URL('docs/index.md', root), make: indexPage },
  { file: new URL('docs/operations.md', root), make: operationsPage },
  { file: new URL('daemon/src/graphql/schema.graphql', root), make: printedSchema },
  { file: new URL('web/src/api/stale-answers.json', root), make: staleAnswers },
  assembled('core/src/search/wasm/scan', 'SCANNER_BASE64'),
  assembled('core/src/search/vectors/hamming', 'HAMMING_BASE64'),
]

/** WebAssembly as text, and the module it becomes. */
function assembled(path: string, constant: string) {
  return {
    file: new URL(`${path}-bytes.ts`, root),
    make: () => assemble(new URL(`${path}.wat`, root), constant),
  }
}

process.exitCode = process.argv.includes('--check') ? await check() : await write()

async function write(): Promise<number> {
  for (const { file, make } of generated) {
    await mkdir(dirname(fileURLToPath(file)), { recursive: true })
    await writeFile(file, await make())
  }
  return 0
}

async function check(): Promise<number> {
  const stale: string[] = []
  for (const { file, make } of generated) {
    const committed = await readFile(file, 'utf8').catch(() => '')
    if (committed !== (await make())) stale.push(relative(fileURLToPath(root), fileURLToPath(file)))
  }
  if (stale.length === 0) return 0
  process.stderr.write(`out of date: ${stale.join(', ')}; run \`npm run generate\` and commit what it changes\n`)
  return 1
}
