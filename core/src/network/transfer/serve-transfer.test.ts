import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createTempDir } from '../../../testing/index.ts'
import { DeviceId, PeerKey } from '../../domain/index.ts'
import { systemClock } from '../clock.ts'
import { FrameStream, LENGTH_BYTES } from '../wire/frame-stream.ts'
import { packMessage, unpackMessage } from '../wire/message-pack.ts'
import type { Peer } from '../wire/protocol.ts'
import { transferProtocol } from './protocol.ts'
import { serveTransfers, STEP_MS } from './serve-transfer.ts'
import { TransferThread } from './transfer-thread.ts'

/** A device that asks for files, sends some messages when they are ready, and then waits for ever. */
function silentAfter(messages: readonly unknown[]) {
  const bytes: number[] = [...frameOf({ kind: 'files', spec: {}, key: 'a'.repeat(64) })]
  let wake = Promise.withResolvers<void>()
  wake.promise.catch(() => {})
  const received: { type: string }[] = []
  const stream = new FrameStream(
    {
      read: async (count) => {
        while (bytes.length === 0) await wake.promise
        return Uint8Array.from(bytes.splice(0, count))
      },
      write: async (frame) => {
        const message = unpackMessage(frame.subarray(LENGTH_BYTES)) as { type: string }
        received.push(message)
        if (message.type !== 'ready') return
        for (const each of messages) bytes.push(...frameOf(each))
        const { resolve } = wake
        wake = Promise.withResolvers()
        wake.promise.catch(() => {})
        resolve()
      },
      finish: async () => {},
      abort: () => wake.reject(new Error('the stream was aborted')),
    },
    transferProtocol,
  )
  return { stream, received }
}

function frameOf(message: unknown): Uint8Array {
  const body = packMessage(message)
  const head = Buffer.alloc(LENGTH_BYTES)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}

test.each([
  ['never chooses how it gets the files', []],
  ['never connects after it wanted to', [{ via: 'punch', addresses: [] }]],
])('a device that %s keeps its list of files for a limited time', async (_how, messages) => {
  using dir = createTempDir()
  writeFileSync(join(dir.path, 'a'), 'a')
  await using thread = new TransferThread({ onNews: () => {}, onLost: () => {} })
  const asked = vi.spyOn(thread, 'ask')
  const timers: { ms: number; run: () => void }[] = []
  const clock = {
    ...systemClock,
    after: (ms: number, run: () => void) => {
      const timer = { ms, run }
      timers.push(timer)
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(timer), 1) }
    },
  }
  const { handler } = serveTransfers({
    clock,
    thread,
    resolver: () => ({
      kind: 'files',
      spec: z.unknown(),
      resolve: async () => ({ roots: [{ path: Buffer.from(dir.path), name: Buffer.from('top') }], title: 'one file' }),
    }),
    port: () => 0,
    own: () => ({ addresses: [], port: 0, outside: null }) as never,
    privatePlaces: () => ({ folder: join(dir.path, 'nowhere'), shared: [] }),
    held: () => null,
    onLeft: () => {},
    onBegin: () => {},
    onEnd: () => {},
  })
  const { received, stream } = silentAfter(messages)
  const peer: Peer = {
    id: DeviceId.parse('0198c0de-0000-7000-8000-000000000001'),
    key: PeerKey.parse('b'.repeat(64)),
    name: 'alice',
    signal: new AbortController().signal,
    path: () => null,
    open: () => Promise.reject(new Error('it opens none')),
  }
  const served = handler.serve(stream, peer, peer.signal)
  const answers = 2 + messages.length
  await vi.waitUntil(() => received.length === answers && timers.length === 1)
  expect(timers[0]!.ms).toBe(STEP_MS)
  timers[0]!.run()
  await expect(served).rejects.toMatchObject({
    code: 'Timeout',
    message: 'alice asked for files and then did not answer',
  })
  expect(asked).toHaveBeenLastCalledWith('closeSource', expect.anything())
})
