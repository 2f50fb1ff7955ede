import type { DetectedEngine, Generator } from './generators/index.ts'

/** Every engine that generators can work with, each once, those that are there and those that are not. */
export async function detectEngines(among: readonly Generator[]): Promise<DetectedEngine[]> {
  const found = await Promise.all(among.map(async (generator) => (await generator.detect?.()) ?? []))
  const engines = new Map(found.flat().map((engine) => [`${engine.job} ${engine.name}`, engine]))
  return [...engines.values()]
}
