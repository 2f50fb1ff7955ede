import { expect, test } from 'vitest'
import { SharedWork } from './shared-work.ts'

/** Work that ends only when it is aborted, like a read in a thread. */
const endless = (left: AbortSignal) =>
  new Promise<string>((_resolve, reject) => left.addEventListener('abort', () => reject(left.reason as Error)))

test('work whose only caller had left before it waited fails without ending the process', async () => {
  const unheard: unknown[] = []
  const onUnheard = (err: unknown) => void unheard.push(err)
  process.on('unhandledRejection', onUnheard)
  let left = 0
  const work = new SharedWork(endless, () => left++)
  await expect(work.wait(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
  await work.over()
  await new Promise(setImmediate)
  process.off('unhandledRejection', onUnheard)
  expect({ unheard, left }).toEqual({ unheard: [], left: 1 })
})

test('work goes on as long as one caller waits', async () => {
  const first = new AbortController()
  const second = new AbortController()
  let signal: AbortSignal | null = null
  const work = new SharedWork(
    (left) => endless((signal = left)),
    () => {},
  )
  const waits = [first, second].map((each) => work.wait(each.signal))
  const settled = Promise.allSettled(waits)
  first.abort(new Error('gone'))
  await expect(waits[0]).rejects.toThrow('gone')
  expect(signal!.aborted).toBe(false)
  second.abort()
  await settled
  expect(signal!.aborted).toBe(true)
})
