import type { TaskContext } from './tasks.ts'

/** What the process with the engine can be asked about thumbnails. */
export const thumbnailTasks = {
  /** Indexes a folder, and takes the time of the making alone. */
  async makeThumbnails({ core }: TaskContext, { path }: { path: string }) {
    const library = core.libraries.resolve()
    for (const kind of ['ocr', 'text']) await core.config.set(`sidecars.${kind}`, 'off')
    let begun = 0
    let ended = 0
    using _ = core.events.subscribe((event) => {
      if (!event.type.startsWith('job.') || !('name' in event.data) || event.data.name !== 'sidecars.generate') return
      if (event.type === 'job.started') begun = performance.now()
      if (event.type === 'job.ended') ended = performance.now()
    })
    const { job } = await library.locations.add({ path, mode: 'content', watch: false })
    await library.jobs.wait(job.id)
    await library.jobs.idle()
    const usage = await library.sidecars.views.usage()
    return { seconds: (ended - begun) / 1_000, files: usage.reduce((sum, { files }) => sum + files, 0) }
  },
}
