import type { DetectedEngine, Generator } from './index.ts'

/** Lists every engine that the generators can use, installed or not, without duplicates. */
export async function detectEngines(among: readonly Generator[]): Promise<DetectedEngine[]> {
  const found = await Promise.all(among.map(async (generator) => (await generator.detect?.()) ?? []))
  const engines = new Map(found.flat().map((engine) => [`${engine.gives} ${engine.name}`, engine]))
  return [...engines.values()]
}
