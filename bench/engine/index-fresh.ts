import { mkdirSync, rmSync } from 'node:fs'
import { EngineProcess } from './engine-process.ts'
import type { Mode } from './tasks.ts'

/** Indexes a tree from nothing, in a fresh process with an empty data folder; what was there is dropped. */
export async function indexFresh(dataDir: string, input: { path: string; mode: Mode; watch?: boolean }) {
  rmSync(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir, { recursive: true })
  await using engine = await EngineProcess.start(dataDir)
  return await engine.ask('index', input)
}
