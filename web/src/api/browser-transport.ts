import type { OpenTransport } from '@spacedrive/client'
import { type Proved, prove, SignedOutError } from '@spacedrive/client/page-session'
import { setMedia } from './media.ts'

/** A way to the daemon that served the page: one WebSocket, one JSON document a message. */
export function webSocketTransport(): OpenTransport {
  return async (listener) => {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    const address = new URL('/ws', location.href.replace(/^http/, 'ws'))
    // From elsewhere TLS proves the daemon, and a cookie the browser.
    const socket =
      address.protocol === 'wss:' ? (takeEarlySocket() ?? new WebSocket(address)) : await openProved(address)
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

/**
 * On this machine the daemon proves itself first, then the page: a program that took the port meanwhile is sent nothing
 * that lets it in.
 */
async function openProved(address: URL): Promise<WebSocket> {
  const proved = await (takeEarlyProof() ?? prove())
  setMedia(proved)
  address.searchParams.set('access', proved.access)
  return new WebSocket(address)
}

/** The socket that `early.ts` opened, once; undefined where it is closed again. */
function takeEarlySocket(): WebSocket | undefined {
  const socket = globalThis.earlySocket
  globalThis.earlySocket = undefined
  return socket && socket.readyState <= WebSocket.OPEN ? socket : undefined
}

function takeEarlyProof(): Promise<Proved> | undefined {
  const proof = globalThis.earlyProof as Promise<Proved> | undefined
  globalThis.earlyProof = undefined
  return proof
}

/** A browser does not say why it could not open a WebSocket, so the same is asked in a way that it does. */
async function isSignedOut(): Promise<boolean> {
  if (location.protocol !== 'https:') return false
  const answer = await fetch('/session', { cache: 'no-store' }).catch(() => null)
  return answer?.status === 401
}
