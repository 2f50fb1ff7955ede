import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { mulberry32 } from '../../bench/tree.ts'
import { Coverage } from './coverage.ts'
import { Explorer } from './explorer.ts'
import { literalsOf } from './literals.ts'
import type { FuzzTarget } from './target.ts'
import { type FuzzTask, type FuzzWorkerMessage, SharedState } from './task.ts'

const task = workerData as FuzzTask
const state = new SharedState(task.shared)

await work()

async function work(): Promise<void> {
  using coverage = new Coverage()
  const { target } = (await import(task.module)) as { target: FuzzTarget }
  coverage.guideBy(target.guides.map((guide) => new URL(guide, task.root).href))
  const seeds = await target.seeds()
  const explorer = new Explorer({
    target,
    coverage,
    tokens: [
      ...(target.tokens ?? []).map((token) => Buffer.from(token as Uint8Array)),
      ...(await literalsIn(coverage.sources())),
    ],
    random: mulberry32(task.seed),
    announce: (bytes) => state.announce(bytes),
    found: (finding) => tell({ kind: 'found', finding }),
    kept: (bytes) => tell({ kind: 'kept', bytes }),
  })
  for (const bytes of seeds) await explorer.learn(bytes)
  for (const { bytes, name } of task.corpus) tell({ kind: 'learned', name, novelty: await explorer.learn(bytes) })
  const end = performance.now() + task.forMs
  while (performance.now() < end && !state.isStopped) {
    await explorer.exploreBatch()
    // Messages to the parent leave between batches.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  tell({ kind: 'done', runs: explorer.runs, blocks: coverage.blocks, slowestMs: Math.round(explorer.slowestMs) })
}

async function literalsIn(urls: readonly string[]): Promise<Uint8Array[]> {
  const sources = await Promise.all([...new Set(urls)].map((url) => readFile(fileURLToPath(url), 'utf8')))
  return sources.flatMap(literalsOf)
}

function tell(message: FuzzWorkerMessage): void {
  parentPort!.postMessage(message)
}
