import { Duplex } from 'node:stream'
import type { MessagePort } from 'node:worker_threads'

/** A message between the two ends of a port. */
export type PortMessage =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  /** The receiver has passed on this many bytes, so the sender may send as many more. */
  | { readonly type: 'taken'; readonly bytes: number }
  | { readonly type: 'end' }

/** Maximum number of bytes on their way through a port, in each direction. */
export const PORT_WINDOW_BYTES = 262_144
/** Maximum number of bytes of one message. */
const PIECE_BYTES = 65_536

/** The thread's end of a connection that only the main thread can make. Written bytes are sent to the main thread. */
export function portDuplex(port: MessagePort): Duplex {
  let underway = 0
  let waiting: (() => void) | null = null
  let untold = 0
  const duplex = new Duplex({
    read() {
      if (untold > 0) port.postMessage({ type: 'taken', bytes: untold } satisfies PortMessage)
      untold = 0
    },
    write(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const bytes = new Uint8Array(chunk.subarray(at, at + PIECE_BYTES))
        port.postMessage({ type: 'bytes', bytes } satisfies PortMessage, [bytes.buffer])
      }
      underway += chunk.length
      if (underway < PORT_WINDOW_BYTES) done()
      else waiting = done
    },
    final(done) {
      port.postMessage({ type: 'end' } satisfies PortMessage)
      done()
    },
    destroy(err, done) {
      port.close()
      done(err)
    },
  })
  port.on('message', (message: PortMessage) => {
    if (message.type === 'end') return void duplex.push(null)
    if (message.type === 'bytes') {
      // Bytes that were not read are not reported as taken, so the other side waits.
      untold += message.bytes.length
      return void duplex.push(message.bytes)
    }
    underway -= message.bytes
    if (underway >= PORT_WINDOW_BYTES || !waiting) return
    const go = waiting
    waiting = null
    go()
  })
  port.on('close', () => duplex.destroy())
  return duplex
}
