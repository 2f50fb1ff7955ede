import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import type { Core } from '@spacedrive/core'
import { type ContentId, sidecarKindNumbers, sidecarStateNumbers } from '@spacedrive/core/domain'
import { libraryFiles } from '../../core/src/library/manifest.ts'
import { hexToUuid } from '../../core/src/util/uuid.ts'
import { quantile } from '../harness/statistics.ts'
import type { TaskContext } from './tasks.ts'

const RESOLUTION_MS = 1
/** Entries of a listing: what is first seen of a folder. */
const LIST_LIMIT = 100

/** What the process with the engine can be asked about sidecars as a whole. */
export const sidecarTasks = {
  /** Indexes a folder and makes all that is usual of it, and then looks at it once more. */
  async makeSidecarsTwice({ core }: TaskContext, { path }: { path: string }) {
    const library = core.libraries.resolve()
    const first = performance.now()
    const { job } = await library.locations.add({ path, mode: 'content', watch: false })
    await library.jobs.wait(job.id)
    await library.jobs.idle()
    const firstSeconds = (performance.now() - first) / 1_000
    const made = await attempts(core)
    const again = performance.now()
    const { job: second } = await library.locations.rescan({ location: path, force: false })
    await library.jobs.wait(second.id)
    await library.jobs.idle()
    const againSeconds = (performance.now() - again) / 1_000
    if ((await attempts(core)) !== made) throw new Error('the second run made something')
    return { firstSeconds, againSeconds, made }
  },

  /** Adds so many contents with three thumbnails each, and asks of all of them at once, some times. */
  async presence({ core }: TaskContext, { contents, times }: { contents: number; times: number }) {
    const library = core.libraries.resolve()
    const ids = addContents(core, contents)
    const ms: number[] = []
    for (let i = 0; i < times; i++) {
      const begun = performance.now()
      const found = await library.sidecars.views.presence(ids, 'thumb')
      ms.push(performance.now() - begun)
      if (found.size !== contents) throw new Error(`${found.size} of ${contents} contents were found`)
    }
    return { median: quantile(ms, 0.5) }
  },

  /** Lists a folder now and then: first with nothing else to do, then while sidecars of another are made. */
  async listWhileGenerating(
    { core }: TaskContext,
    input: { make: string; list: string; everyMs: number; idleTimes: number },
  ) {
    const library = core.libraries.resolve()
    // Timed from when it was due: a thread that gets no core keeps a client waiting as well.
    const listAt = async (due: number) => {
      const request = {
        path: input.list,
        all: false,
        sort: 'name',
        reverse: false,
        foldersFirst: true,
        thumbs: false,
        limit: LIST_LIMIT,
        offset: 0,
      } as const
      await library.files.list(request, new AbortController().signal)
      return performance.now() - due
    }
    const idle: number[] = []
    for (let i = 0; i < input.idleTimes; i++) {
      const due = performance.now() + input.everyMs
      await wait(input.everyMs)
      idle.push(await listAt(due))
    }
    const { job } = await library.locations.add({ path: input.make, mode: 'content', watch: false })
    await library.jobs.wait(job.id)
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    const done = library.jobs.idle().then(() => true)
    delay.enable()
    const busy: number[] = []
    for (;;) {
      const due = performance.now() + input.everyMs
      if (await Promise.race([done, wait(input.everyMs, false)])) break
      busy.push(await listAt(due))
    }
    delay.disable()
    return {
      p95IdleMs: quantile(idle, 0.95),
      p95ListMs: quantile(busy, 0.95),
      p99DelayMs: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
      listings: busy.length,
    }
  },
}

/** How often anything was tried to be made. */
async function attempts(core: Core): Promise<number> {
  const [row] = await core.libraries.resolve().store.bulk.select('select sum(attempts) as n from sidecars')
  return Number(row!['n'])
}

/** Rows alone, as a library of so many photos has them. */
export function addContents(core: Core, contents: number): ContentId[] {
  using connection = new DatabaseSync(libraryFiles(core.libraries.resolve().path).database)
  const content = connection.prepare(
    'insert into content_identities(uuid, hash, hash_version, size, type, confidence) values(?, ?, 1, 1, 0, 0)',
  )
  const sidecar = connection.prepare(
    `insert into sidecars(uuid, content_id, kind, variant, format, state, size, recipe, created_at, updated_at)
     values(?, ?, ${sidecarKindNumbers.thumb}, ?, 'webp', ${sidecarStateNumbers.ready}, 1, 1, 0, 0)`,
  )
  const ids: ContentId[] = []
  connection.exec('begin')
  for (let i = 0; i < contents; i++) {
    const uuid = randomBytes(16)
    const { lastInsertRowid } = content.run(uuid, randomBytes(32))
    for (const variant of ['grid@2x', 'grid@3x', 'detail@1x']) sidecar.run(randomBytes(16), lastInsertRowid, variant)
    ids.push(hexToUuid(uuid.toString('hex')) as ContentId)
  }
  connection.exec('commit')
  return ids
}
