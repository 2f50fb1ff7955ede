import { randomInt } from 'node:crypto'
import { HttpListener, type HttpListenerOptions } from './http-listener.ts'
import { LOOPBACK } from './loopback.ts'

type Place = Pick<Extract<HttpListenerOptions['at'], { hostname: string }>, 'hostname' | 'ports'>

/**
 * Listens at the address of the explorer's pages. A program that had this address before may have left an open tab or a
 * service worker in the browser, and both would share everything that a page stores there. So the address is new and
 * random (2^24 hosts of 127.0.0.0/8, and the port), unless `kept` is free: the origin of sessions that go on after a short
 * restart. Systems that have only 127.0.0.1 (macOS) get a random port there.
 */
export async function listenForPages(
  kept: string | null,
  options: Omit<HttpListenerOptions, 'at'>,
): Promise<{ listener: HttpListener; hostname: string }> {
  const places = [...(kept === null ? [] : [() => placeOf(kept)]), newPlace, () => ({ hostname: LOOPBACK, ports: [0] })]
  let failure: unknown
  for (const place of places) {
    try {
      const { hostname, ports } = place()
      const listener = await HttpListener.listen({ ...options, at: { hostname, names: () => [hostname], ports } })
      return { listener, hostname }
    } catch (err) {
      failure = err
    }
  }
  throw failure
}

function placeOf(origin: string): Place {
  const { hostname, port } = new URL(origin)
  return { hostname, ports: [Number(port)] }
}

/** Never 127.0.0.1, nor an address that ends in 0 or 255. */
function newPlace(): Place {
  const hostname = ['127', randomInt(1, 255), randomInt(256), randomInt(1, 255)].join('.')
  return { hostname, ports: [0] }
}
