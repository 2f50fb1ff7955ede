import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { EngineProcess } from './engine/engine-process.ts'
import { indexedLibrary } from './engine/indexed-library.ts'

const MARKER = 'made-while-nobody-watched'

export const restart = defineBenchmark({
  name: 'restart',
  title: 'the engine starts with a million files indexed and 60,000 folders to watch',
  runs: 3,
  figures: [
    { id: 'ready', what: 'from the start of the process until it answers', unit: 'ms', goal: { atMost: 1_000 } },
    { id: 'open', what: 'of that, opening the engine', unit: 'ms', goal: null },
    { id: 'drift', what: 'until a file made meanwhile is in the index', unit: 'ms', goal: null },
    { id: 'watch', what: 'until 60,000 folders are watched', unit: 's', goal: { atMost: 2 } },
  ],
  remarks: [
    'Folders are watched first, then those whose times changed are read, then every file is compared: a change made meanwhile waits for the watches.',
  ],
  async setup(context) {
    const path = context.tree('million')
    const dataDir = await indexedLibrary(context, 'million')
    const deep = deepFolder(path)
    let round = 0
    return [
      {
        name: OURS,
        async measure() {
          const made = join(deep, `${MARKER}-${++round}.txt`)
          writeFileSync(made, '')
          try {
            await using engine = await EngineProcess.start(dataDir)
            const openedAt = Date.now()
            const { at } = await engine.ask('untilIndexed', { path: made })
            const { watchedMs } = await engine.ask('settle', { watched: true })
            return { ready: engine.readyMs, open: engine.openMs, drift: at - openedAt, watch: watchedMs / 1_000 }
          } finally {
            rmSync(made)
          }
        },
      },
      { name: 'inotifywait', program: 'inotifywait', measure: async () => ({ watch: await watchEstablished(path) }) },
    ]
  },
})

/** A folder some levels down. */
function deepFolder(root: string): string {
  const below = readdirSync(root, { withFileTypes: true }).find((entry) => entry.isDirectory())
  return below ? deepFolder(join(root, below.name)) : root
}

/** Seconds until inotifywait says that it watches the tree. */
async function watchEstablished(path: string): Promise<number> {
  const begun = performance.now()
  const child = spawn('inotifywait', ['-r', '-m', path], { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.startsWith('Watches established')) return (performance.now() - begun) / 1_000
    }
    throw new Error('inotifywait ended before it watched')
  } finally {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
}
