import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)
const path = (name: string) => fileURLToPath(new URL(name, root))

/**
 * Compiles all sources before the first test of a new clone. Otherwise, processes that start at the same time would
 * each compile them, until the first of them ends and writes what it has compiled.
 */
export function setup(): void {
  const cache = process.env['NODE_COMPILE_CACHE']
  if (!cache || existsSync(cache)) return
  const folders = ['core/src', 'client/src', 'daemon/src', 'cli/src'].map(path)
  spawnSync(process.execPath, [path('core/src/workers/compile-modules.ts'), ...folders], { stdio: 'inherit' })
}
