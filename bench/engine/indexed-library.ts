import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { SetupContext } from '../harness/benchmark.ts'
import type { TreeName } from '../harness/prepare-tree.ts'
import { indexFresh } from './index-fresh.ts'

/** A data folder whose library knows a tree, watched; made once by each run of the harness, which may use it many times. */
export async function indexedLibrary({ tree, treeDir }: SetupContext, shape: TreeName): Promise<string> {
  const dataDir = `${treeDir}/library-${shape}`
  const stampFile = `${dataDir}.pid`
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === String(process.pid)) return dataDir
  await indexFresh(dataDir, { path: tree(shape), mode: 'shallow' })
  writeFileSync(stampFile, String(process.pid))
  return dataDir
}
