import { connect } from 'node:net'
import { ClientError } from '../client-error.ts'
import type { OpenTransport } from '../client.ts'
import { LineReader } from './line-reader.ts'
import { deferred } from '../deferred.ts'

/** The daemon is ours and its answers are cut into pages; this only keeps a broken one from filling the memory. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024

/** A transport over a Unix socket or a named pipe. If no process listens, opening fails with the system's error. */
export function socketTransport(path: string): OpenTransport {
  return (listener) => {
    const { promise, reject, resolve } = deferred<Awaited<ReturnType<OpenTransport>>>()
    const socket = connect(path)
    let reason: Error | null = null
    const reader = new LineReader({
      maxBytes: MAX_FRAME_BYTES,
      onLine: (line) => listener.onFrame(line),
      onTooLong: () => socket.destroy(new ClientError('Internal', 'the daemon sent an answer that is too large')),
    })
    socket.on('connect', () =>
      resolve({ send: (frame) => void socket.write(`${frame}\n`), close: () => socket.destroySoon() }),
    )
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    socket.on('error', (err) => {
      reason = err
      reject(err)
    })
    socket.on('close', () => listener.onClose(reason))
    return promise
  }
}
