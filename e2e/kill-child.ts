import { Core } from '@spacedrive/core'

/** Indexes a folder and says where it is: what the soak program kills. */
const [, , dataDir = '', root = ''] = process.argv
await using core = await Core.open({ dataDir, generators: [] })
using _ = core.events.subscribe((event) => {
  if (event.type === 'job.started') process.stdout.write('running\n')
  if (event.type === 'job.ended') process.stdout.write('ended\n')
})
if (core.libraries.list().length === 0) await core.libraries.create({ name: 'Soak' })
const library = core.libraries.resolve()
if (library.locations.map.all().length === 0) await library.locations.add({ path: root, mode: 'content', watch: false })
process.stdout.write(`${library.jobs.counts().running > 0 ? 'running' : 'ready'}\n`)
await library.jobs.idle()
process.stdout.write('idle\n')
