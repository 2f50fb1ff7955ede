import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

const WHO_AND_HOW = `
  const { readlinkSync } = require('node:fs')
  const { getPriority, setPriority } = require('node:os')
  const { basename } = require('node:path')
  const thread = Number(basename(readlinkSync('/proc/thread-self')))
  const priority = () => getPriority(thread)
`

test.runIf(process.platform === 'linux')(
  'a thread that gives way has a lower priority, as have those it starts; who started it keeps its own',
  async () => {
    const before = getPriority()
    const url = new URL('./give-way.ts', import.meta.url).href
    const worker = new Worker(
      `${WHO_AND_HOW}
      const { parentPort, Worker } = require('node:worker_threads')
      import(${JSON.stringify(url)}).then(({ giveWay }) => {
        giveWay()
        const own = priority()
        const below = ${JSON.stringify(`${WHO_AND_HOW} require('node:worker_threads').parentPort.postMessage(priority())`)}
        new Worker(below, { eval: true }).on('message', (theirs) => parentPort.postMessage({ own, theirs }))
      })`,
      { eval: true },
    )
    const { promise, reject, resolve } = Promise.withResolvers<{ own: number; theirs: number }>()
    worker.on('message', resolve).on('error', reject)
    const { own, theirs } = await promise

    // Where these tests run with a lower one, it keeps that.
    expect(own).toBe(Math.max(before, 5))
    expect(theirs).toBe(own)
    expect(getPriority()).toBe(before)
  },
)

test.runIf(process.platform === 'linux')('a thread that has a lower priority already keeps it', async () => {
  const url = new URL('./give-way.ts', import.meta.url).href
  const worker = new Worker(
    `${WHO_AND_HOW}
    setPriority(thread, 15)
    import(${JSON.stringify(url)}).then(({ giveWay }) => {
      giveWay()
      require('node:worker_threads').parentPort.postMessage(priority())
    })`,
    { eval: true },
  )
  const { promise, reject, resolve } = Promise.withResolvers<number>()
  worker.on('message', resolve).on('error', reject)
  expect(await promise).toBe(15)
})
