import { lookup } from 'node:dns/promises'
import { z } from 'zod'
import { PeerKey } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { readAnswer } from '../../util/read-short.ts'
import { formatAddress } from '../transport/addresses.ts'
import type { ReflectorPlace } from '../transport/iroh/reflection.ts'
import type { Transport } from '../transport/transport.ts'

const ASK_TIMEOUT_MS = 5_000
/** Longest answer of a relay that is read, in bytes. */
const MAX_ANSWER = 1_000

const Place = z.object({ key: PeerKey, port: z.int().min(1).max(65_535) })

/** The part of `IrohTransport` that learns the outside address. */
export interface Reflected {
  askReflector(place: ReflectorPlace, signal: AbortSignal): Promise<string>
  addExternalAddress(address: string): Promise<void>
  removeExternalAddress(address: string): Promise<void>
}

/** Whether a transport can learn its outside address. */
export function isReflected(transport: Transport): transport is Transport & Reflected {
  return 'askReflector' in transport && 'addExternalAddress' in transport && 'removeExternalAddress' in transport
}

/**
 * Asks the relay for the outside address of this device and announces it to other devices, so that two devices behind
 * NATs can connect without the relay. Throws `Unavailable` if the relay does not answer.
 */
export async function learnAddress(transport: Reflected, relay: string, signal: AbortSignal): Promise<string> {
  const url = new URL(relay)
  const { key, port } = await askForReflector(url, signal)
  const { address: host } = await lookup(url.hostname.replace(/^\[|\]$/g, ''), { order: 'ipv4first' })
  const address = await transport.askReflector({ key, address: formatAddress(host, port) }, signal)
  await transport.addExternalAddress(address)
  return address
}

async function askForReflector(relay: URL, signal: AbortSignal): Promise<z.infer<typeof Place>> {
  try {
    const address = `${relay.href.replace(/\/$/, '')}/reflect`
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)])
    const response = await fetch(address, { signal: deadline, redirect: 'error' })
    if (!response.ok) throw new Error(`it answers ${response.status}`)
    return Place.parse(JSON.parse(await readAnswer(response, MAX_ANSWER)))
  } catch (err) {
    signal.throwIfAborted()
    const reason = errorMessage(err)
    throw new CoreError('Unavailable', `the relay ${relay.origin} does not reflect addresses: ${reason}`, {
      cause: err,
    })
  }
}
