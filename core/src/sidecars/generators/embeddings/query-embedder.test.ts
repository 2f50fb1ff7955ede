import { readdirSync, readFileSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { QueryEmbedder } from './query-embedder.ts'
import { noEmbeddings } from './test/no-embeddings.ts'
import { TOY_DIMENSIONS, writeToyModel } from './test/toy-model.ts'
import { installToyRuntime } from './test/toy-runtime.ts'

/** The processes that run a module for this process, whose id is one of their arguments. */
function processesRunning(module: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const isOurs = (args: string[]) => args.some((arg) => arg.endsWith(module)) && args.includes(`${process.pid}`)
  return pids.filter((pid) => isOurs(argumentsOf(pid))).map(Number)
}

/** None for a process that has ended. */
function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

test.runIf(process.platform === 'linux' && getPriority() < constants.priority.PRIORITY_LOW)(
  'the process that reads a query has normal priority, because a person waits for it',
  async () => {
    using dir = createTempDir('query')
    writeToyModel(join(dir.path, 'toy'))
    installToyRuntime(dir.path)
    const settings = { ...noEmbeddings, folder: join(dir.path, 'toy'), runtime: dir.path }
    await using embedder = new QueryEmbedder(() => settings)
    const { vector } = await embedder.embed('plumber')
    expect(vector).toHaveLength(TOY_DIMENSIONS)
    expect(processesRunning('query-child.ts').map((pid) => getPriority(pid))).toEqual([getPriority()])
  },
)
