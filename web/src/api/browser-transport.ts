import type { OpenTransport } from '@spacedrive/client'

/** The daemon does not know this browser: its session has ended, or never began. */
export class SignedOutError extends Error {
  override name = 'SignedOutError'
}

/** A way to the daemon that served the page: one WebSocket, one JSON document a message. */
export function webSocketTransport(): OpenTransport {
  return async (listener) => {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    const socket = takeEarlySocket() ?? new WebSocket(new URL('/ws', location.href.replace(/^http/, 'ws')))
    if (socket.readyState === WebSocket.OPEN) resolve()
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('message', ({ data }) => listener.onFrame(String(data)))
    socket.addEventListener('close', ({ code, reason }) => {
      // No `ClientError`, as an answer of the daemon would be: what was asked for is asked for again.
      const error = new Error(reason || `the daemon closed the connection (${code})`)
      reject(error)
      listener.onClose(error)
    })
    try {
      await promise
    } catch (err) {
      throw (await isSignedOut()) ? new SignedOutError('this browser is not signed in', { cause: err }) : err
    }
    return { send: (frame) => socket.send(frame), close: () => socket.close() }
  }
}

/** The socket that `early.ts` opened, once; undefined where it is closed again. */
function takeEarlySocket(): WebSocket | undefined {
  const socket = globalThis.earlySocket
  globalThis.earlySocket = undefined
  return socket && socket.readyState <= WebSocket.OPEN ? socket : undefined
}

/** A browser does not say why it could not open a WebSocket, so the same is asked in a way that it does. */
async function isSignedOut(): Promise<boolean> {
  const answer = await fetch('/api/v1/system/status', { cache: 'no-store' }).catch(() => null)
  return answer?.status === 401
}
