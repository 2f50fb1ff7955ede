import type { ContentId } from '../../domain/index.ts'
import type { AvailableEngines } from '../generators/available-engines.ts'
import type { Accepts, PeerSidecars, RemoteSidecar } from './peer-sidecars.ts'
import type { Generator } from '../generators/index.ts'
import type { Outcomes, PendingContent } from '../rows/work-rows.ts'

export interface FetchPendingDeps {
  readonly peers: PeerSidecars
  readonly engines: AvailableEngines
}

/**
 * Fetches pending sidecars of some contents if other devices have equally good ones. A content counts as fetched only
 * if all its pending sidecars arrive. One decode makes all of them, so fetching only some saves nothing.
 */
export async function fetchPending(
  generator: Generator,
  contents: readonly PendingContent[],
  { peers, engines }: FetchPendingDeps,
  { asks, signal }: { readonly asks: boolean; readonly signal: AbortSignal },
): Promise<Outcomes[]> {
  const begun = performance.now()
  const { kind } = generator
  const keysOf = ({ contentId, rows }: PendingContent) =>
    rows.map(({ format, variant }) => ({ contentId, kind, variant, format }))
  const able = asks ? contents : contents.filter((content) => keysOf(content).every((key) => peers.canFetch(key)))
  if (able.length === 0) return []
  const accepts = await acceptedBy(generator, engines)
  const came = await peers.fetch(able.flatMap(keysOf), { accepts, asks }, signal)
  const byContent = Map.groupBy(came, ({ contentId }) => contentId)
  const tookMs = Math.round((performance.now() - begun) / able.length)
  return able.flatMap((content) => outcomesOf(content, { came: byContent, tookMs }) ?? [])
}

/** Accepts no sidecars of an older recipe, and no embeddings of another model. */
async function acceptedBy(generator: Generator, engines: AvailableEngines): Promise<Accepts> {
  const { kind, recipe } = generator
  const own = kind === 'embeddings' ? (await engines.of(generator)).map(({ name }) => name) : null
  return (sidecar) => sidecar.recipe >= recipe && (own === null || own.includes(sidecar.engine.name))
}

function outcomesOf(
  { contentId, contentRowId, rows }: PendingContent,
  { came, tookMs }: { came: ReadonlyMap<ContentId, readonly RemoteSidecar[]>; tookMs: number },
): Outcomes | null {
  const files = came.get(contentId) ?? []
  const found = rows.map((row) => ({
    row,
    file: files.find(({ format, variant }) => variant === row.variant && format === row.format),
  }))
  if (!found.every(({ file }) => file)) return null
  const [first] = files
  return {
    contentRowId,
    contentId,
    findings: first!.findings,
    outcomes: found.map(({ file, row }) => ({
      id: row.id,
      state: 'ready',
      engine: file!.engine,
      size: file!.size,
      checksum: file!.checksum,
    })),
    recipe: first!.recipe,
    // With one attempt, a later request of the user makes this sidecar here instead of fetching it (see
    // `fetchContent`).
    attempts: 1,
    tookMs,
  }
}
