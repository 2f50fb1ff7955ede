import type { ContentId } from '../domain/ids.ts'
import type { EntryCounts, IndexMode } from '../domain/location.ts'
import { assertPresent, checkRoot, type KnownLocation } from '../location/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { bytesToName, displayName, parsePath, type RawName } from '../util/file-name.ts'
import { blobToUuid } from '../util/uuid.ts'
import { type CloudPlace, cloudPlace, cloudRoots } from '../volume/index.ts'
import type { IndexInput } from './index-input.ts'
import { type IndexingParts, type RunHost, toErrorCode } from './indexing-parts.ts'
import { depthAt, directoryIdOf, toScope } from './location-scope.ts'
import { patienceSettings } from './patience.ts'
import { volumePathOf } from './volume-path.ts'
import type { IdentifyCheckpoint, IdentifyReport } from './thread/requests.ts'
import type { ScanReport, ScanRequest } from './thread/scan-request.ts'
import { homeFolder } from '../util/home-folder.ts'

/** One index run, from checking the root to recording the result. */
export interface IndexRun {
  readonly startedAt: number
  scan(startedAt: number): Promise<ScanReport>
  aggregate(): Promise<void>
  identify(after: number, onBatch: (after: number) => Promise<void>): Promise<IdentifyReport>
  queue(): Promise<number>
  end(): Promise<{ counts: EntryCounts }>
}

const NOTHING_IDENTIFIED: IdentifyReport = {
  identified: 0,
  bytes: 0,
  examined: 0,
  failed: 0,
  unsettled: 0,
  left: [],
  stale: [],
}

/** Checks the root and prepares a run of `indexing.location`. Throws `Offline`, `Conflict` or `NotFound`. */
export async function beginRun(parts: IndexingParts, input: IndexInput, host: RunHost): Promise<IndexRun> {
  const { worker, locations, now } = parts
  const { signal } = host
  const { location, dir } = await openRoot(parts, input, signal)
  const mode = input.mode ?? location.mode
  const isWhole = input.path === null && input.scope === 'recursive'
  const onWarning = (warning: { code: string; message: string; path: string }) =>
    host.warn({ ...warning, code: toErrorCode(warning.code) })
  const onProgress = ({ done, total, bytes }: { done: number; total: number | null; bytes: number }) =>
    host.progress({ done, total, bytes })
  const began = await nextStamp(parts)
  const scan = async (startedAt: number, trustTimes: boolean): Promise<ScanReport> => {
    const request = scanRequest(parts, location, {
      dir,
      recursive: input.scope === 'recursive',
      startedAt,
      isResumed: startedAt !== began,
      force: input.force,
      threads: parts.walkers,
      trustFingerprints: !input.everyRow,
      trustTimes,
    })
    if (!request) throw new CoreError('NotFound', `${displayName(dir)} is not in the index`)
    return worker.request('scan', request, { signal, onProgress, onWarning })
  }
  // If only one folder was scanned, the cause may be that it was removed: the failure says nothing about the location.
  const failed = async (err: unknown) => isWhole && recordFailure(parts, location, err)
  return {
    startedAt: began,
    scan: async (startedAt) => {
      if (isWhole) await locations.setState(location, 'scanning', null)
      try {
        if (input.quickFirst) {
          host.progress({ phase: 'times' })
          await scan(startedAt, true)
        }
        host.progress({ phase: 'discover' })
        const report = await scan(startedAt, false)
        host.progress({ done: report.seen.entries, total: report.seen.entries, bytes: report.seen.bytes })
        return report
      } catch (err) {
        await failed(err)
        throw err
      }
    },
    aggregate: async () => {
      host.progress({ phase: 'aggregate' })
      await parts.store.bulk.checkpoint(signal)
    },
    identify: async (after, onBatch) => {
      if (mode === 'shallow') return NOTHING_IDENTIFIED
      host.progress({ phase: 'identify' })
      return identify(parts, location, { mode, whole: true, after, onBatch, host }).catch(async (err: unknown) => {
        await failed(err)
        throw err
      })
    },
    queue: async () => {
      host.progress({ phase: 'queue' })
      return queueIntelligence(parts, location, signal)
    },
    end: async () => {
      if (isWhole) await locations.scanned(location, now())
      const { counts } = await locations.info(location.id)
      return { counts }
    },
  }
}

/** Identifies the content of all pending files of a location. */
export async function identifyPending(
  parts: IndexingParts,
  locationId: string,
  host: RunHost,
): Promise<IdentifyReport> {
  const location = parts.locations.require(locationId)
  if (location.mode === 'shallow' || location.state === 'offline') return NOTHING_IDENTIFIED
  const { mode } = location
  const report = await identify(parts, location, { mode, whole: false, after: 0, onBatch: async () => {}, host })
  await queueIntelligence(parts, location, host.signal)
  return report
}

/** The scan request for the worker; null if the folder has no row. */
export function scanRequest(
  parts: IndexingParts,
  location: KnownLocation,
  of: Pick<
    ScanRequest,
    'dir' | 'recursive' | 'startedAt' | 'isResumed' | 'force' | 'threads' | 'trustFingerprints' | 'trustTimes'
  >,
): ScanRequest | null {
  const directoryId = directoryIdOf(parts.store, location, of.dir)
  if (directoryId === null) return null
  return {
    ...of,
    directoryId,
    ...patienceSettings(parts, of.dir),
    volumeId: location.volumeId,
    volumePath: volumePathOf(toScope(location), of.dir),
    rulesRoot: displayName(location.path),
    rules: location.rules,
    maxDepth: location.maxDepth === null ? null : depthAt(location, of.dir),
  }
}

/**
 * A time that is later than the last scan of every folder. Without it, a scan after the clock was set back would skip
 * folders as already scanned.
 */
export async function nextStamp({ store, now }: IndexingParts): Promise<number> {
  const [row] = await store.bulk.select('select max(scanned_at) as latest from directories')
  return Math.max(now(), Number(row?.['latest'] ?? 0) + 1)
}

async function openRoot(
  parts: IndexingParts,
  input: IndexInput,
  signal: AbortSignal,
): Promise<{ location: KnownLocation; dir: RawName }> {
  const { locations } = parts
  let location = locations.require(input.locationId)
  if (location.state === 'paused') throw new CoreError('Conflict', `location ${location.name} is paused`)
  const root = await checkRoot(location, { ...parts, signal })
  if (root.state === 'moved') location = await locations.rebase(location, { path: bytesToName(root.path) })
  else if (root.state === 'replaced' && input.force)
    location = await locations.rebase(location, { rootInode: root.inode })
  else if (root.state !== 'present') {
    await locations.setState(location, 'offline', root.reason)
    assertPresent(location, root)
  }
  return { location, dir: input.path === null ? location.path : parsePath(input.path) }
}

/** Records the effect of a failed run on its location. */
async function recordFailure({ locations }: IndexingParts, location: KnownLocation, err: unknown): Promise<void> {
  const code = err instanceof CoreError ? err.code : 'Internal'
  if (code === 'Cancelled' || code === 'Unavailable') return locations.setState(location, 'pending', null)
  const isAway = code === 'Offline' || code === 'Conflict'
  await locations.setState(location, isAway ? 'offline' : 'error', errorMessage(err))
}

async function queueIntelligence(
  { intelligence }: IndexingParts,
  location: KnownLocation,
  signal: AbortSignal,
): Promise<number> {
  let queued = 0
  for (const port of intelligence) queued += await port.queue(location, signal)
  return queued
}

interface IdentifyOptions {
  readonly mode: IndexMode
  readonly whole: boolean
  readonly after: number
  readonly onBatch: (after: number) => Promise<void>
  readonly host: RunHost
}

async function identify(
  parts: IndexingParts,
  location: KnownLocation,
  { mode, whole, after, onBatch, host }: IdentifyOptions,
): Promise<IdentifyReport> {
  for (const port of parts.intelligence) port.prepare?.()
  let saved: Promise<void> = Promise.resolve()
  using waiting = parts.waiting.begin(location.id)
  const report = await parts.worker.request(
    'identify',
    {
      scope: toScope(location),
      mode,
      threads: parts.hashers,
      cloud: cloudPlaceOf(parts, location),
      after,
      ids: whole ? null : waiting.ids,
      whole,
      ...patienceSettings(parts, location.path),
    },
    {
      signal: host.signal,
      items: host.items,
      onProgress: ({ phase, done, total, bytes }) => host.progress({ phase, done, total, bytes }),
      onWarning: (warning) => host.warn({ ...warning, code: toErrorCode(warning.code) }),
      onCheckpoint: (state) => {
        const checkpoint = state as IdentifyCheckpoint
        tellIdentified(parts, checkpoint)
        const upTo = checkpoint.after
        if (upTo === null) return
        saved = saved.then(() => onBatch(upTo))
        // The promise is awaited at the end. Until then, a failed checkpoint must not count as an unhandled rejection.
        saved.catch(() => {})
      },
    },
  )
  await saved
  // A run that resumes after a kill does not know which files the killed run could not finish.
  if (after === 0) waiting.done(report.left)
  return report
}

function tellIdentified({ emit }: IndexingParts, { contents }: IdentifyCheckpoint): void {
  const contentIds = new Set(contents.map(blobToUuid))
  if (contentIds.size > 0) emit('content.identified', { contentIds: [...contentIds] as ContentId[] })
}

function cloudPlaceOf({ volumes }: IndexingParts, location: KnownLocation): CloudPlace {
  const path = displayName(location.path)
  const filesystem = volumes.volumeForPath(path)?.volume.filesystem ?? ''
  return cloudPlace(path, filesystem, cloudRoots({ platform: process.platform, home: homeFolder(), env: process.env }))
}
