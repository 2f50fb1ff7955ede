import { type OpenTransport, webSocketTransport } from '@spacedrive/client'
import { type Proved, prove, SignedOutError } from '@spacedrive/client/page-session'
import { setMedia } from './media.ts'

/** A way to the daemon that served the page. */
export function browserTransport(): OpenTransport {
  const open = webSocketTransport(openSocket)
  return async (listener) => {
    try {
      return await open(listener)
    } catch (err) {
      throw (await isSignedOut()) ? new SignedOutError('this browser is not signed in', { cause: err }) : err
    }
  }
}

function openSocket(): WebSocket | Promise<WebSocket> {
  const address = new URL('/ws', location.href.replace(/^http/, 'ws'))
  // From elsewhere TLS proves the daemon, and a cookie the browser.
  return address.protocol === 'wss:' ? (takeEarlySocket() ?? new WebSocket(address)) : openProved(address)
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
