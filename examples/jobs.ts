// A job survives being stopped: it is defined once, runs from a durable queue, and goes on at its last checkpoint.
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { defineJob, JobManager, silentLogger } from '@spacedrive/core'
import { z } from 'zod'

const FILES = 30

/** How often each file was read, by all runs together. */
const reads = new Map<string, number>()

const countWords = defineJob({
  name: 'examples.count-words',
  summary: 'Count the words of the files in a folder',
  input: z.object({ folder: z.string().describe('absolute path of the folder') }),
  state: z.object({ next: z.number(), words: z.number() }),
  initial: { next: 0, words: 0 },
  output: z.object({ words: z.number() }),
  key: ({ folder }) => folder,
  async run({ folder }, { state, signal, checkpoint, progress, warn }) {
    const names = (await readdir(folder)).toSorted()
    let { words } = state
    for (let next = state.next; next < names.length; next++) {
      // Thrown when the job is paused, cancelled, or its queue closed.
      signal.throwIfAborted()
      const file = join(folder, names[next]!)
      try {
        words += await wordsIn(file)
      } catch {
        warn({ code: 'Unavailable', message: 'not a file that can be read', path: file })
      }
      // What is done up to here is never done again.
      await checkpoint({ next: next + 1, words })
      progress({ phase: 'count', done: next + 1, total: names.length })
    }
    return { words }
  },
})

async function wordsIn(file: string): Promise<number> {
  reads.set(file, (reads.get(file) ?? 0) + 1)
  // Slow enough to be stopped in the middle.
  await setTimeout(20)
  return (await readFile(file, 'utf8')).split(/\s+/).length
}

await using temp = await mkdtempDisposable(join(tmpdir(), 'spacedrive-jobs-'))
const folder = join(temp.path, 'texts')
await mkdir(join(folder, 'not a text'), { recursive: true })
for (let n = 1; n < FILES; n++) await writeFile(join(folder, `text ${n}.txt`), 'three small words')

const middle = Promise.withResolvers<void>()

/** A queue of its own. The library an application has open brings one: `library.jobs`. */
async function openQueue(): Promise<JobManager<object>> {
  const jobs = await JobManager.open<object>({
    file: join(temp.path, 'jobs.db'),
    logDir: join(temp.path, 'logs'),
    definitions: [countWords],
    emit: (type, job) => {
      if (type === 'job.progressed' && 'progress' in job && job.progress.done > 1) middle.resolve()
    },
    log: silentLogger,
  })
  jobs.start({})
  return jobs
}

async function begin() {
  await using jobs = await openQueue()
  const { id } = await jobs.enqueue(countWords, { folder })
  const again = await jobs.enqueue(countWords, { folder })
  console.log(`asked for twice, queued once: ${again.merged && again.id === id}`)
  await middle.promise
  const paused = await jobs.pause(id)
  console.log(`${paused.status} in the middle: ${paused.progress.done > 0 && paused.progress.done < FILES}`)
  return id
}

const id = await begin()
console.log('the queue is closed; so could the process be')

await using jobs = await openQueue()
console.log(`opened again, the job is ${jobs.info(id).status}`)
await jobs.resume(id)
const ended = await jobs.wait(id)
const { output, warningList } = jobs.info(id)
console.log(`${ended.status}: ${JSON.stringify(output)}`)
console.log(`files read more than once: ${[...reads.values()].filter((times) => times > 1).length}`)
console.log(`left out with a warning: ${warningList.length}`)
