import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { QueryEmbedder } from './query-embedder.ts'
import { noEmbeddings } from './test/no-embeddings.ts'
import { TOY_DIMENSIONS, writeToyModel } from './test/toy-model.ts'
import { installToyRuntime } from './test/toy-runtime.ts'

/** The processes that this one has started and that run a module of this name. */
function childrenRunning(module: string): number[] {
  const threads = readdirSync('/proc/self/task')
  const pids = threads.flatMap((id) =>
    readFileSync(`/proc/self/task/${id}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return pids.map(Number).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(module))
}

test.runIf(process.platform === 'linux')(
  'the process that reads a query has normal priority, because a person waits for it',
  async () => {
    using dir = createTempDir('query')
    writeToyModel(join(dir.path, 'toy'))
    installToyRuntime(dir.path)
    const settings = { ...noEmbeddings, folder: join(dir.path, 'toy'), runtime: dir.path }
    await using embedder = new QueryEmbedder(() => settings)
    const { vector } = await embedder.embed('plumber')
    expect(vector).toHaveLength(TOY_DIMENSIONS)
    const pids = childrenRunning('query-child.ts')
    expect(pids.map((pid) => getPriority(pid))).toEqual([getPriority()])
  },
)
