import type { OpenTransport } from './client.ts'
import { deferred } from './deferred.ts'

/** The part of the standard `WebSocket` that the transport uses: of a page, and of Node 22 and newer. */
export interface StandardSocket {
  readonly readyState: number
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
  send(frame: string): void
  close(): void
}

/** `WebSocket.OPEN`. */
const OPEN = 1

/** A way to the daemon through a WebSocket to its `/ws`: one JSON document per message. `open` makes the socket. */
export function webSocketTransport(open: () => StandardSocket | Promise<StandardSocket>): OpenTransport {
  return async (listener) => {
    const opened = open()
    // No turn is lost before the listeners are there: a socket that is already at work may close in it.
    const socket = opened instanceof Promise ? await opened : opened
    const { promise, reject, resolve } = deferred<void>()
    if (socket.readyState === OPEN) resolve()
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('message', ({ data }) => listener.onFrame(String(data)))
    socket.addEventListener('close', ({ code, reason }) => {
      // Not a `ClientError`: an answer of the daemon is final, but after a lost connection calls are sent again.
      const error = new Error(reason || `the daemon closed the connection (${code})`)
      reject(error)
      listener.onClose(error)
    })
    await promise
    return { send: (frame) => socket.send(frame), close: () => socket.close() }
  }
}
