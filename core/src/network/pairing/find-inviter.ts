import { setTimeout as delay } from 'node:timers/promises'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import { alpns, type DialHints, type Link, type Transport } from '../transport/transport.ts'
import type { PairingDeps } from './deps.ts'
import type { CodeKeys } from './pairing-code.ts'

/** How long to wait before an address without an answer is tried again, in milliseconds. */
const RETRY_MS = 2_000
/** Maximum number of sets of addresses heard on the local network that are dialled at once. */
const MAX_HEARD = 8

export interface FindOptions {
  readonly transport: Transport
  readonly code: CodeKeys
  /** Known ways to the inviter: a typed address, the addresses of a QR code, a relay. */
  readonly known: readonly DialHints[]
  readonly signal: AbortSignal
  readonly deps: PairingDeps
}

/**
 * Connects to the device that made the code. Tries known addresses and those heard on the local network at once, and
 * uses the first that answers. Throws `Offline` if none answers in time.
 */
export async function findInviter({ code, deps, known, signal, transport }: FindOptions): Promise<Link> {
  const discovery = deps.discovery()
  if (!discovery && known.length === 0) {
    throw new CoreError(
      'Unavailable',
      'cannot look for the other device: discovery is off and no relay is set; pass its address with --address',
    )
  }
  const found = Promise.withResolvers<Link>()
  const over = new AbortController()
  const searching = AbortSignal.any([signal, over.signal])
  const dial = async (hints: DialHints): Promise<void> => {
    const link = await transport.dial(code.endpointKey, hints, { alpn: alpns.pairing, signal: searching })
    if (searching.aborted) link.close('found by another way')
    else {
      over.abort()
      found.resolve(link)
    }
  }
  const tried = new Set<string>()
  using _heard = discovery?.findCode(code.discovery, (addresses) => {
    const key = addresses.join()
    if (searching.aborted || tried.has(key) || tried.size >= MAX_HEARD) return
    tried.add(key)
    dial({ addresses, relay: null }).catch((err: unknown) => {
      tried.delete(key)
      deps.log.debug({ addresses, err: errorMessage(err) }, 'a device heard of on the network did not answer')
    })
  })
  for (const hints of known) void keepDialling(hints, { dial, signal: searching, deps })
  const deadline = AbortSignal.timeout(deps.limits.findMs)
  try {
    return await untilAborted(found.promise, AbortSignal.any([signal, deadline]))
  } catch (err) {
    signal.throwIfAborted()
    throw notFound(err)
  } finally {
    over.abort()
  }
}

async function keepDialling(
  hints: DialHints,
  { deps, dial, signal }: { deps: PairingDeps; dial: (hints: DialHints) => Promise<void>; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await dial(hints)
      return
    } catch (err) {
      deps.log.debug({ hints, err: errorMessage(err) }, 'the device with the code did not answer')
      await delay(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }
}

function notFound(cause: unknown): CoreError {
  return new CoreError(
    'Offline',
    'no device answers to this code. Check that the other device still shows the code, and that both devices are on one network; or pass the address that it shows: --address <ip:port>',
    { cause },
  )
}
