import { networkInterfaces } from 'node:os'
import { errorMessage } from '../../util/errors.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import { MAX_SKEW_MS } from '../sessions/limits.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { alpns, type Transport } from '../transport/transport.ts'
import { broken, fine, type NetworkCheck, warning } from './check.ts'
import { whyUnreachable } from './why-unreachable.ts'

/** How long one address may take, in milliseconds. A relay on the other side of the world takes about a second. */
const DIAL_MS = 4_000
/** Maximum number of addresses that are dialled separately. */
const MAX_TRIED = 8
/** A device counts as present if it was heard by multicast within this time, in milliseconds. */
const HEARD_MS = 3 * 60_000

export interface ReachDeps {
  readonly sessions: Sessions
  readonly transport: Transport
  readonly now: () => number
  /** Milliseconds since a device was last heard by multicast; null if it was never heard. */
  readonly heardAgoMs: (device: PairedDevice) => number | null
}

/** Checks why a paired device is or is not connected. If it is not, dials each of its addresses. */
export async function checkDevice(device: PairedDevice, deps: ReachDeps, signal: AbortSignal): Promise<NetworkCheck[]> {
  const { sessions } = deps
  if (device.blocked)
    return [broken(device.name, 'it is kept away here', `spacedrive network block ${device.slug} --off`)]
  const seen = seenCheck(device, deps)
  const peer = sessions.get(device.id)
  if (peer) {
    const path = peer.path()
    const way =
      path === null ? 'on an unknown way' : path.kind === 'relay' ? 'through the relay' : `straight, at ${path.address}`
    const latency = sessions.details(device.id)?.latencyMs ?? null
    const said = `connected ${way}${latency === null ? '' : `, ${latency.toFixed(1)} ms`}`
    return [seen, fine('connection', said), skewCheck(device, sessions)]
  }
  const tried = await tryAll(device, deps, signal)
  const connection = await connect(device, { deps, tried, signal })
  return [
    seen,
    ...tried.map(({ check }) => check),
    connection,
    ...(sessions.get(device.id) ? [skewCheck(device, sessions)] : []),
  ]
}

function seenCheck(device: PairedDevice, { heardAgoMs, now }: ReachDeps): NetworkCheck {
  const heard = heardAgoMs(device)
  const last = device.lastSeenAt === null ? 'never connected' : `last connected ${ago(now() - device.lastSeenAt)}`
  const multicast =
    heard === null
      ? 'not heard on the local network since networking started'
      : `heard on the local network ${ago(heard)}`
  return fine(device.name, `${last}; ${multicast}`)
}

interface Tried {
  readonly answered: boolean
  readonly check: NetworkCheck
}

async function tryAll(device: PairedDevice, { transport }: ReachDeps, signal: AbortSignal): Promise<Tried[]> {
  const ways = [
    ...device.addresses.slice(0, MAX_TRIED).map((address) => ({ name: address, addresses: [address], relay: null })),
    ...(device.relay === null || transport.relay() === null
      ? []
      : [{ name: `relay ${device.relay}`, addresses: [], relay: device.relay }]),
  ]
  return Promise.all(
    ways.map(async ({ name, ...hints }): Promise<Tried> => {
      const since = performance.now()
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)])
        const link = await transport.dial(device.key, hints, { alpn: alpns.paired, signal: limit })
        const way = link.path()?.address ?? null
        link.close('it was only asked whether anybody answers')
        // Iroh also tries addresses that it remembers.
        const other = way !== null && way !== name ? `, by way of ${way}` : ''
        return {
          answered: true,
          check: fine(name, `answers after ${Math.round(performance.now() - since)} ms${other}`),
        }
      } catch (err) {
        signal.throwIfAborted()
        const isLate = err instanceof Error && err.name === 'TimeoutError'
        const why = isLate ? `no answer within ${DIAL_MS / 1_000} s` : errorMessage(err)
        return { answered: false, check: warning(name, why, null) }
      }
    }),
  )
}

interface Attempt {
  readonly deps: ReachDeps
  readonly tried: readonly Tried[]
  readonly signal: AbortSignal
}

/** Connects in the usual way: a device that answers at an address may still refuse the connection. */
async function connect(device: PairedDevice, { deps, signal, tried }: Attempt): Promise<NetworkCheck> {
  const { sessions } = deps
  if (tried.length > 0 && tried.every(({ answered }) => !answered)) return whyNobodyAnswers(device, deps)
  try {
    await sessions.reach(device.id, AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)]))
    return fine('connection', 'connected now')
  } catch (err) {
    signal.throwIfAborted()
    const why = errorMessage(sessions.lastError(device.id) ?? err)
    const isStranger = /revoked|not paired/.test(why)
    const fix = isStranger
      ? 'pair the two again: `spacedrive network pair generate`'
      : tried.length === 0
        ? `start networking on ${device.name}, in the same network; or set the same relay on both: \`spacedrive config set network.relay <url>\``
        : `look at \`spacedrive network status\` on ${device.name}`
    return broken('connection', why, fix)
  }
}

function whyNobodyAnswers(device: PairedDevice, { heardAgoMs, transport }: ReachDeps): Promise<NetworkCheck> {
  const heard = heardAgoMs(device)
  const { addresses, name } = device
  return whyUnreachable(
    { name, addresses, isHeard: heard !== null && heard < HEARD_MS, hasRelay: transport.relay() !== null },
    networkInterfaces(),
  )
}

function skewCheck({ id, name }: PairedDevice, sessions: Sessions): NetworkCheck {
  const skewMs = sessions.details(id)?.skewMs ?? 0
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return fine('clocks', `those of the two differ by ${seconds} s at the most`)
  return warning(
    'clocks',
    `that of ${name} is ${seconds} s ${skewMs > 0 ? 'ahead' : 'behind'}`,
    'set the one that is wrong; the local network is not searched well with it',
  )
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 120) return `${seconds} s ago`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min ago` : `${Math.round(minutes / 60)} h ago`
}
