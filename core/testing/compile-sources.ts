import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)
const path = (name: string) => fileURLToPath(new URL(name, root))

/**
 * Compiles all sources before the first test of a new clone. Otherwise, processes that start at the same time would
 * each compile them, until the first of them ends and writes what it has compiled. The cache gets its name at the end,
 * so that a run that is interrupted leaves none.
 */
export function setup(): void {
  const cache = process.env['NODE_COMPILE_CACHE']
  if (!cache || existsSync(cache)) return
  const unfinished = `${cache}-unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true, mode: 0o700 })
  const folders = ['core/src', 'client/src', 'daemon/src', 'relay/src', 'cli/src'].map(path)
  const { status } = spawnSync(process.execPath, [path('core/src/workers/compile-modules.ts'), ...folders], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: unfinished },
  })
  if (status === 0 && !existsSync(cache)) renameSync(unfinished, cache)
}
