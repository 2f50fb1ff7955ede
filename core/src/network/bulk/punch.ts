import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'

/** How long both sides try, in milliseconds: a first packet that a router has dropped is sent again after a second. */
export const PUNCH_MS = 3_000
/** Until the next attempt where a router refuses what nobody behind it has asked for yet. */
const AGAIN_MS = 100

/**
 * A TCP connection with another side that does the same at the same time: its router lets in what comes from where it has
 * sent something to itself. It works where routers keep the port that was sent from. Rejects when the signal aborts.
 */
export async function punch(
  place: { readonly host: string; readonly port: number },
  { from, signal }: { from: number; signal: AbortSignal },
): Promise<Socket> {
  for (;;) {
    signal.throwIfAborted()
    const socket = connect({ ...place, localPort: from })
    try {
      await once(socket, 'connect', { signal })
      return socket
    } catch {
      socket.on('error', () => {})
      socket.destroy()
      await after(AGAIN_MS, undefined, { signal })
    }
  }
}

/** A port that nobody listens at, for several connections from it. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
