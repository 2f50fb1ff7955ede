import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

const OWN_PRIORITY = `
  const { readlinkSync } = require('node:fs')
  const { getPriority, setPriority } = require('node:os')
  const { basename } = require('node:path')
  const thread = Number(basename(readlinkSync('/proc/thread-self')))
  const priority = () => getPriority(thread)
`

test.runIf(process.platform === 'linux')(
  'a thread that lowers its priority and the threads that it starts have the lower one; its parent keeps its own',
  async () => {
    const before = getPriority()
    const url = new URL('./lower-thread-priority.ts', import.meta.url).href
    const worker = new Worker(
      `${OWN_PRIORITY}
      const { parentPort, Worker } = require('node:worker_threads')
      import(${JSON.stringify(url)}).then(({ lowerThreadPriority }) => {
        lowerThreadPriority()
        const own = priority()
        const below = ${JSON.stringify(`${OWN_PRIORITY} require('node:worker_threads').parentPort.postMessage(priority())`)}
        new Worker(below, { eval: true }).on('message', (theirs) => parentPort.postMessage({ own, theirs }))
      })`,
      { eval: true },
    )
    const { promise, reject, resolve } = Promise.withResolvers<{ own: number; theirs: number }>()
    worker.on('message', resolve).on('error', reject)
    const { own, theirs } = await promise

    // If the tests already run with a lower priority, the thread keeps that one.
    expect(own).toBe(Math.max(before, 5))
    expect(theirs).toBe(own)
    expect(getPriority()).toBe(before)
  },
)

test.runIf(process.platform === 'linux')('a thread that has a lower priority already keeps it', async () => {
  const url = new URL('./lower-thread-priority.ts', import.meta.url).href
  const worker = new Worker(
    `${OWN_PRIORITY}
    setPriority(thread, 15)
    import(${JSON.stringify(url)}).then(({ lowerThreadPriority }) => {
      lowerThreadPriority()
      require('node:worker_threads').parentPort.postMessage(priority())
    })`,
    { eval: true },
  )
  const { promise, reject, resolve } = Promise.withResolvers<number>()
  worker.on('message', resolve).on('error', reject)
  expect(await promise).toBe(15)
})
