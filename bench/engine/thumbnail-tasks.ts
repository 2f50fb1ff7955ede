import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { ContentId } from '@spacedrive/core/domain'
import { hexToUuid } from '../../core/src/util/uuid.ts'
import type { TaskContext } from './tasks.ts'

/** Contents asked about in one call. */
const PRESENCE = 10_000
const RESOLUTION_MS = 1

/** What the process with the engine can be asked about thumbnails. */
export const thumbnailTasks = {
  /** Indexes a folder, and takes the time of the making alone. */
  async makeThumbnails({ core }: TaskContext, { path }: { path: string }) {
    const library = core.libraries.resolve()
    for (const kind of ['ocr', 'text']) await core.config.set(`sidecars.${kind}`, 'off')
    const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    let begun = 0
    let ended = 0
    using _ = core.events.subscribe((event) => {
      if (!event.type.startsWith('job.') || !('name' in event.data) || event.data.name !== 'sidecars.generate') return
      if (event.type === 'job.started') {
        begun = performance.now()
        delays.enable()
      }
      if (event.type === 'job.ended') ended = performance.now()
    })
    const start = performance.now()
    const { job } = await library.locations.add({ path, mode: 'content', watch: false })
    await library.jobs.wait(job.id)
    await library.jobs.idle()
    const allSeconds = (performance.now() - start) / 1_000
    delays.disable()
    const again = performance.now()
    const { job: second } = await library.locations.rescan({ location: path, force: false })
    await library.jobs.wait(second.id)
    await library.jobs.idle()
    const usage = library.sidecars.usage()
    return {
      seconds: (ended - begun) / 1_000,
      allSeconds,
      againSeconds: (performance.now() - again) / 1_000,
      p99DelayMs: delays.percentile(99) / 1e6,
      files: (await usage).reduce((sum, { files }) => sum + files, 0),
    }
  },

  /** Asks which thumbnails 10,000 contents have. */
  async presence({ core }: TaskContext) {
    const library = core.libraries.resolve()
    const rows = await library.indexing.select(
      `select lower(hex(uuid)) as id from content_identities limit ${PRESENCE}`,
    )
    const ids = rows.map(({ id }) => hexToUuid(String(id)) as ContentId)
    // As many as are asked about, where the library holds fewer.
    const asked = Array.from({ length: PRESENCE }, (_, i) => ids[i % ids.length]!)
    const begun = performance.now()
    await library.sidecars.presence(asked, 'thumb')
    return { ms: performance.now() - begun }
  },
}
