import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseAddress } from '../addresses.ts'

const LOOK_EVERY_MS = 10

/**
 * Waits until sockets that Iroh has used are free; resolves with false after `ms` milliseconds. Iroh closes a socket
 * only when the last object of its endpoint is garbage-collected, so this function runs the garbage collector.
 */
export async function freeSockets(sockets: readonly string[], ms: number): Promise<boolean> {
  const collect = garbageCollector()
  const until = performance.now() + ms
  for (;;) {
    await setTimeout(LOOK_EVERY_MS)
    collect()
    if ((await Promise.all(sockets.map(isFree))).every(Boolean)) return true
    if (performance.now() > until) return false
  }
}

/**
 * Enables V8's function `gc` with a flag. It appears only in contexts that are created afterwards, so it is taken from
 * a new one.
 */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

async function isFree(socket: string): Promise<boolean> {
  const address = parseAddress(socket)
  if (!address) return true
  const probe = createSocket({ type: isIPv6(address.host) ? 'udp6' : 'udp4', ipv6Only: isIPv6(address.host) })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  probe.once('error', () => resolve(false))
  probe.bind({ port: address.port, address: address.host, exclusive: true }, () => resolve(true))
  const isBound = await promise
  if (isBound) await new Promise<void>((done) => probe.close(done))
  return isBound
}
