import { rm } from 'node:fs/promises'
import type { EntryReader, PlacedEntry } from '../../entries/index.ts'
import { parsePath } from '../../util/file-name.ts'
import type { PrivateFiles } from '../../util/private-files.ts'
import type { Claims } from '../queue/claims.ts'
import type { PeerSidecars } from '../peers/peer-sidecars.ts'
import type { AvailableEngines } from '../generators/available-engines.ts'
import { fetchPending } from '../peers/fetch-pending.ts'
import type { Generator, SidecarInput } from '../generators/index.ts'
import { type MakeDeps, makeSidecars } from './make-sidecars.ts'
import { allEngines } from '../queue/outdated.ts'
import { partPath, sidecarPath } from '../files/paths.ts'
import type { Results } from './results.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import type { Outcomes, PendingContent } from '../rows/work-rows.ts'
import type { Source } from '../processes/staging.ts'

export interface MakeContentDeps extends MakeDeps {
  readonly rows: SidecarRows
  readonly reader: EntryReader
  /** The files of Spacedrive itself. No sidecars are made of them, because other people can see sidecars. */
  readonly privateFiles: Pick<PrivateFiles, 'has'>
  /** All generators, with the current settings. */
  readonly generators: () => readonly Generator[]
  /** The claims of all running work. */
  readonly claims: Claims
  readonly engines: AvailableEngines
  /** Other devices with the same library; null if there are none. */
  readonly peers: () => PeerSidecars | null
  readonly results: Results
}

/** The outcomes for a content, and the path of the file that was used. */
export interface MadeContent {
  readonly outcomes: Outcomes
  readonly path: string | undefined
}

/** Options for making sidecars. */
export interface MakeContentHow {
  readonly signal: AbortSignal
  readonly urgent: boolean
  /** If set, sidecars of other devices are ignored. */
  readonly ownOnly?: boolean
}

/** Number of files of one content that are tried if the first ones are missing or offline. */
const MAX_SOURCES = 8

/**
 * Makes the pending sidecars of a content that the caller has claimed; null if the content cannot be read now. Rejects
 * like `makeSidecars`.
 */
export async function makeContent(
  generator: Generator,
  content: PendingContent,
  deps: MakeContentDeps,
  how: MakeContentHow,
): Promise<MadeContent | null> {
  const fetched = await fetchContent(generator, content, deps, how)
  if (fetched) return { outcomes: fetched, path: undefined }
  const entries = await entriesOf(content, deps)
  const online = entries.filter((entry) => entry.online).map(sourceOf)
  const sources = await withoutPrivate(online, deps)
  if (online.length > sources.length && sources.length === 0)
    return { outcomes: refused(generator, content), path: entries[0]?.path }
  const from = {
    sources,
    names: [...new Set(entries.map(({ name }) => name))],
    inputs: await inputsOf(generator, content, deps),
  }
  const outcomes = await makeSidecars(generator, content, from, deps, how)
  if (!outcomes) return null
  if (outcomes.outcomes.some(({ state }) => state === 'ready'))
    deps.results.placed({ contentId: content.contentId, kind: generator.kind, ...content.rows[0]! })
  return { outcomes, path: entries[0]?.path }
}

/**
 * Fetches sidecars that another device has already made; null if there are none or they do not arrive. Sidecars that
 * were ready before are made again on this device.
 */
async function fetchContent(
  generator: Generator,
  content: PendingContent,
  deps: MakeContentDeps,
  { ownOnly = false, signal }: MakeContentHow,
): Promise<Outcomes | null> {
  const { engines } = deps
  const peers = deps.peers()
  if (!peers || ownOnly || content.rows.some(({ attempts }) => attempts > 0)) return null
  await peers.heard(signal)
  const [fetched] = await fetchPending(generator, [content], { peers, engines }, { asks: false, signal })
  if (!fetched) return null
  deps.results.placed({ contentId: content.contentId, kind: generator.kind, ...content.rows[0]! })
  return fetched
}

/** Records the outcomes of a generator for some contents. */
export async function recordContents(
  generator: Generator,
  made: readonly Outcomes[],
  deps: MakeContentDeps,
): Promise<void> {
  const { engines, results, root, rows } = deps
  const hasFailed = made.some(({ outcomes }) => outcomes.some(({ state }) => state === 'failed'))
  if (hasFailed) await removeFailed(generator, made, deps)
  const triedWith = hasFailed ? allEngines(await engines.of(generator)) : undefined
  await rows.work.record(triedWith ? made.map((each) => ({ ...each, triedWith })) : made)
  // Finished contents no longer need their partial results.
  await Promise.all(
    made.map(({ contentId }) => rm(partPath(root, { contentId, kind: generator.kind }), { force: true })),
  )
  await results.recorded(generator.kind, made)
}

/**
 * Removes the files of failed outcomes. An earlier run may have written them and may have been killed before it could
 * record them. Files are removed before the rows change, because a pending row must have no file.
 */
async function removeFailed(
  { kind }: Generator,
  made: readonly Outcomes[],
  { root, rows }: MakeContentDeps,
): Promise<void> {
  const contents = new Map(
    made.flatMap(({ contentId, outcomes }) =>
      outcomes.filter(({ state }) => state === 'failed').map(({ id }) => [id, contentId] as const),
    ),
  )
  for (const { id, format, variant } of await rows.work.outputsOf([...contents.keys()]))
    await rm(sidecarPath(root, { contentId: contents.get(id)!, kind, variant, format }), { force: true })
}

/** The files that have the content, according to the index. */
async function entriesOf(
  { contentRowId }: PendingContent,
  { reader, rows }: MakeContentDeps,
): Promise<readonly PlacedEntry[]> {
  return [...reader.byIds(await rows.work.entriesOf(contentRowId, MAX_SOURCES)).values()]
}

/**
 * Leaves out private files. Checked on every call, because the data folder may have been mounted at an indexed folder.
 */
async function withoutPrivate(
  sources: readonly Source[],
  { privateFiles }: Pick<MakeContentDeps, 'privateFiles'>,
): Promise<Source[]> {
  const arePrivate = await Promise.all(sources.map(({ path }) => privateFiles.has(path)))
  return sources.filter((_, at) => !arePrivate[at])
}

function refused({ recipe }: Generator, { contentId, contentRowId, rows }: PendingContent): Outcomes {
  const message = 'it belongs to Spacedrive itself; no sidecars are made of files in the data folder'
  const outcomes = rows.map(({ id }) => ({ id, state: 'failed' as const, code: 'PermissionDenied', message }))
  return { contentRowId, contentId, recipe, attempts: 0, tookMs: 0, findings: {}, outcomes }
}

async function inputsOf(
  { inputs }: Generator,
  { contentId }: PendingContent,
  { root, rows }: MakeContentDeps,
): Promise<SidecarInput[]> {
  if (!inputs) return []
  const ready = (await rows.views.list(contentId)).filter(({ state }) => state === 'ready')
  return ready
    .filter(({ kind, source }) => inputs.includes(kind) && source === 'managed')
    .map(({ kind, variant, format }) => ({
      kind,
      variant,
      format,
      path: sidecarPath(root, { contentId, kind, variant, format }),
    }))
}

function sourceOf({ path, pathBase64, size, modifiedAt }: PlacedEntry): Source {
  return {
    path: parsePath(pathBase64 ? `base64:${pathBase64}` : path),
    size,
    modifiedMs: Date.parse(modifiedAt),
  }
}
