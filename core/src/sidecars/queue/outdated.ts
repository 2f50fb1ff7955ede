import { type SidecarKind, GIVEN_UP } from '../../domain/index.ts'
import type { AvailableEngines } from '../generators/available-engines.ts'
import { type DetectedEngine, type Generator, isUsable } from '../generators/index.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import type { Batch } from '../rows/upkeep-rows.ts'

/** A group of outdated sidecars of one kind. */
export interface Outdated {
  readonly kind: SidecarKind
  /** Why they are outdated, in a few words. */
  readonly why: string
  readonly files: number
}

export interface OutdatedDeps {
  readonly rows: SidecarRows
  readonly generators: () => readonly Generator[]
  readonly engines: AvailableEngines
}

/** Selects the sidecars to make again. */
export interface RegenerateAll {
  readonly kind?: SidecarKind | undefined
  /** Only sidecars that would be made differently now. */
  readonly outdated: boolean
  /** Only counts the sidecars. */
  readonly dryRun: boolean
}

/**
 * Makes pending all sidecars of a library that would be made differently now: by a newer recipe, by another version of
 * their engine, or by a better engine. Also retries failed and skipped sidecars if the engines have changed. It can be
 * stopped and repeated safely, because pending sidecars do not count as outdated.
 */
export async function regenerateAll(
  { dryRun, kind, outdated }: RegenerateAll,
  deps: OutdatedDeps,
  signal: AbortSignal,
): Promise<Outdated[]> {
  deps.engines.forget()
  const found: Outdated[] = []
  for (const generator of deps.generators()) {
    if (kind !== undefined && generator.kind !== kind) continue
    const engines = await deps.engines.of(generator)
    for (const batch of await deps.rows.upkeep.batches(generator.kind)) {
      signal.throwIfAborted()
      const why = outdated ? whyOutdated(batch, generator, engines) : 'requested'
      if (why === null || batch.code === GIVEN_UP) continue
      const files = dryRun ? batch.files : await deps.rows.queue.requeueBatch(generator.kind, batch, signal)
      found.push({ kind: generator.kind, why, files })
    }
  }
  return sumUp(found)
}

function whyOutdated(
  { code, engine, recipe, version }: Batch,
  generator: Generator,
  engines: readonly DetectedEngine[],
): string | null {
  if (recipe < generator.recipe) return 'a newer recipe makes it differently'
  if (engine === null) return null
  if (code !== null) {
    const now = allEngines(engines)
    return now.name === engine && now.version === version ? null : 'the engines have changed since it failed'
  }
  const there = engines.filter(isUsable)
  const better = there.find(({ replaces }) => replaces?.includes(engine))
  if (better) return `made by ${engine}; ${better.name} is available now`
  const now = there.find(({ name }) => name === engine)?.version ?? null
  const isOther = version !== '' && now !== null && now !== version
  return isOther ? `made by ${engine} ${version}; version ${now} is installed now` : null
}

/** All available engines, combined into one. A failed sidecar records it, to show which engines were tried. */
export function allEngines(engines: readonly DetectedEngine[]): { name: string; version: string } {
  const there = engines.filter(isUsable)
  return {
    name: there.map(({ name }) => name).join('+'),
    version: there.map(({ version }) => version ?? '').join('+'),
  }
}

function sumUp(found: readonly Outdated[]): Outdated[] {
  const byReason = Map.groupBy(found, ({ kind, why }) => `${kind} ${why}`)
  return [...byReason.values()].map((same) => ({
    ...same[0]!,
    files: same.reduce((sum, { files }) => sum + files, 0),
  }))
}
