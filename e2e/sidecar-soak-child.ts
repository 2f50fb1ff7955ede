import { Core } from '@spacedrive/core'
import { thumbnails } from '../core/src/sidecars/generators/thumb/index.ts'

/** Indexes a folder and makes what is derived from it, and says how far it is: what the soak program kills. */
const [, , dataDir = '', root = '', kinds = ''] = process.argv
await using core = await Core.open({ dataDir, generators: kinds === 'every-kind' ? undefined : [thumbnails] })
using _ = core.events.subscribe((event) => {
  if (event.type === 'job.progressed' && event.data.name === 'sidecars.generate') process.stdout.write('making\n')
})
const library = core.libraries.resolve()
if (library.locations.map.all().length === 0) await library.locations.add({ path: root, mode: 'content', watch: false })
else await library.locations.rescan({ location: root, force: false })
process.stdout.write('ready\n')
await library.jobs.idle()
