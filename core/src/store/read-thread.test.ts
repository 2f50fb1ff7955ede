import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { ReadThread } from './read-thread.ts'
import { readSlowly } from './test/slow-reading.ts'

const url = new URL('./test/slow-reading.ts', import.meta.url)

function startThread() {
  const dir = mkdtempSync(join(tmpdir(), 'sd-read-'))
  const file = join(dir, 'database.db')
  new DatabaseSync(file).close()
  const [log, gate] = [join(dir, 'log'), join(dir, 'gate')]
  writeFileSync(log, '')
  const thread = new ReadThread({ file, name: 'test' })
  return {
    read: (name: string, signal?: AbortSignal) => thread.run(url, readSlowly, { log, name, gate }, signal),
    /** Lets all reads end, running and later ones. */
    open: () => writeFileSync(gate, ''),
    said: () => readFileSync(log, 'utf8').split('\n').slice(0, -1),
    thread,
    async [Symbol.asyncDispose]() {
      // Closing waits for running reads.
      writeFileSync(gate, '')
      await thread[Symbol.asyncDispose]()
      rmSync(dir, { recursive: true })
    },
  }
}

test('what is given up before its turn is not read, and the rest is, in order', async () => {
  await using t = startThread()
  const first = t.read('first')
  await vi.waitUntil(() => t.said().length === 1)
  const giving = new AbortController()
  const given = ['second', 'third'].map((name) => t.read(name, giving.signal))
  const fourth = t.read('fourth')
  const reason = new Error('nobody waits')
  giving.abort(reason)
  for (const each of given) await expect(each).rejects.toBe(reason)
  t.open()
  expect([await first, await fourth]).toEqual([1, 2])
  expect(t.said()).toEqual(['first', 'fourth'])
})

test('who gives up what is being read does not wait for it, and others come after it', async () => {
  await using t = startThread()
  const giving = new AbortController()
  const long = t.read('long', giving.signal)
  await vi.waitUntil(() => t.said().length === 1)
  giving.abort()
  await expect(long).rejects.toBe(giving.signal.reason)
  t.open()
  expect(await t.read('next')).toBe(2)
  await expect(t.read('never', giving.signal)).rejects.toBe(giving.signal.reason)
})

test('what waits when the library is closed is told so', async () => {
  const t = startThread()
  const waiting = [t.read('one'), t.read('two')]
  const told = Promise.allSettled(waiting)
  await t[Symbol.asyncDispose]()
  expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(t.read('late')).rejects.toMatchObject({ code: 'Unavailable' })
})
