import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Sample } from './benchmark.ts'
import { quantile } from './statistics.ts'

/** Requests at once: as many processes, and as many programs of a peer. */
const PARALLEL = 2

/**
 * Makes something of each file, two at once, and says how many a second and how long 95 % took at the most. `out` is a
 * folder that goes away; `make` is given a path in it that is its own.
 */
export async function measureFiles(
  files: readonly string[],
  out: string,
  make: (file: string, out: string) => Promise<unknown>,
): Promise<Sample> {
  mkdirSync(out, { recursive: true })
  const times: number[] = []
  const waiting = [...files]
  const begun = performance.now()
  const inTurn = async () => {
    for (let file = waiting.pop(); file; file = waiting.pop()) {
      const start = performance.now()
      await make(file, join(out, String(waiting.length)))
      times.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, inTurn))
  const rate = (files.length * 1_000) / (performance.now() - begun)
  rmSync(out, { recursive: true })
  return { rate, p95: quantile(times, 0.95) }
}
