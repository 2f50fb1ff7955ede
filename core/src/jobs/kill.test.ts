import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createNoop, openTestQueue } from './test/test-queue.ts'

const child = fileURLToPath(new URL('test/killed-child.ts', import.meta.url))
const BATCHES = 1_500
const KILLS = 6

test('killed at any instant, a job goes on without losing or repeating a finished batch', async () => {
  // A folder with an empty queue in it, closed again.
  await using world = await openTestQueue([createNoop()])
  await world.jobs.close()

  for (let kill = 0; kill < KILLS; kill++) {
    const running = await startJob(world.dir, 'killed')
    // Any instant will do; these are spread over the run.
    await setTimeout(kill * 4)
    running.kill('SIGKILL')
    expect(await once(running, 'exit')).toEqual([null, 'SIGKILL'])
  }
  expect(await once(await startJob(world.dir, 'done'), 'exit')).toEqual([0, null])

  const diary = readFileSync(join(world.dir, 'diary'), 'utf8').trimEnd().split('\n')
  expect(diary.filter((line) => line.startsWith('problem'))).toEqual([])
  expect(new Set(diary.filter((line) => line.startsWith('begin'))).size).toBe(BATCHES)
  expect(repeated(diary)).toEqual([])

  const db = new DatabaseSync(world.file, { readOnly: true })
  try {
    expect(db.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect(db.prepare('select status, attempts, warnings from jobs').all()).toEqual([
      { status: 'completed', attempts: 1, warnings: BATCHES },
    ])
  } finally {
    db.close()
  }
})

/** Starts the process that does the job, or goes on with it; resolves once the job runs. */
async function startJob(dir: string, until: 'killed' | 'done'): Promise<ChildProcess> {
  const started = spawn(process.execPath, [child, dir, String(BATCHES), until], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(started, 'message')
  return started
}

/** The batches that began again although they had been finished. */
function repeated(diary: readonly string[]): string[] {
  const finished = new Set<string>()
  return diary.filter((line) => {
    const [what, batch] = line.split(' ') as [string, string]
    if (what === 'finished') finished.add(batch)
    return what === 'begin' && finished.has(batch)
  })
}
