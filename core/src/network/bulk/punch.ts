import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'

/** How long both sides try, in milliseconds. A first packet that a router has dropped is sent again after a second. */
export const PUNCH_MS = 3_000
/** Wait before the next attempt, in milliseconds. A router may refuse packets until its own side has sent one. */
const AGAIN_MS = 100

/**
 * Opens a TCP connection while the other side connects at the same time. A router accepts packets from an address
 * after its own side has sent a packet there. This works only if the routers keep the source port. Rejects when the
 * signal aborts.
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

/** An unused port, from which several connections can be made. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
