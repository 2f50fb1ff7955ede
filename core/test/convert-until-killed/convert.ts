import { Core } from '../../src/core.ts'

// Moves all references of a library, or moves all back, until it is done or, so many milliseconds later, killed.
const [dataDir = '', direction = 'in', afterMs] = process.argv.slice(2)
const { signal } = new AbortController()
const core = await Core.open({ dataDir, generators: [] })
const library = core.libraries.resolve()
// What a kill has left goes on by itself.
const way = direction === 'in' ? ('in' as const) : ('out' as const)
process.stdout.write('ready\n')
// It kills itself: on a busy machine, another process may come too late.
if (afterMs !== undefined) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(afterMs))
await library.jobs.idle()
const { job } = await library.references.convert({ direction: way }, { dryRun: false, signal })
if (job) await library.jobs.wait(job.id, signal)
await library.jobs.idle()
await core.close()
process.stdout.write('done\n')
