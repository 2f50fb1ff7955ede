import { networkInterfaces } from 'node:os'
import type { NetworkStatus } from '../../domain/index.ts'
import { errorMessage } from '../../util/errors.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import { MAX_SKEW_MS } from '../sessions/limits.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Transport } from '../transport/transport.ts'
import { broken, fine, type NetworkCheck, type NetworkDiagnosis, warning } from './check.ts'
import { checkFirewall, readFirewall } from './firewall.ts'
import { checkMulticast, tryMulticast } from './multicast.ts'
import { checkDevice } from './reach-device.ts'
import { readLinks } from './links.ts'
import { checkInterfaces, checkVpn, readRoutes } from './routes.ts'
import type { Interfaces } from '../transport/local-network.ts'

const RELAY_TIMEOUT_MS = 5_000

export interface DiagnoseDeps {
  readonly status: NetworkStatus
  readonly settings: {
    readonly relay: string
    readonly rendezvous: string
    readonly discovery: boolean
    readonly bulkPort: number
  }
  readonly sessions: Sessions
  readonly devices: readonly PairedDevice[]
  /** Null if networking is off. */
  readonly transport: Transport | null
  /** The outside address that the relay sees; null if it is not known. */
  readonly outside: string | null
  /** The reason why discovery does not work; null if it works or is off. */
  readonly discoveryProblem: string | null
  /** The reason why no notice can be left at the rendezvous; null if there is no problem, or no rendezvous is set. */
  readonly rendezvousProblem: string | null
  readonly heardAgoMs: (device: PairedDevice) => number | null
  readonly now: () => number
}

/** The additional dependencies if networking is on. */
interface RunningDeps extends DiagnoseDeps {
  readonly transport: Transport
}

/** Checks the usual reasons why two devices do not see each other, and tries to connect them. Takes a few seconds. */
export async function diagnose(
  deps: DiagnoseDeps,
  device: PairedDevice | null,
  signal: AbortSignal,
): Promise<NetworkDiagnosis> {
  const { transport } = deps
  const interfaces = networkInterfaces()
  const links = await readLinks()
  // If networking is off, that is the cause; the other checks need it on.
  if (!transport) return diagnosis([checkState(deps.status), checkInterfaces(interfaces, links), ...notTried(device)])
  const [routes, facts, multicast, relay, reached] = await Promise.all([
    readRoutes(),
    readFirewall(signal),
    deps.settings.discovery ? tryMulticast(signal) : null,
    checkRelay({ ...deps, transport }, signal),
    device ? checkDevice(device, { ...deps, transport }, signal) : [],
  ])
  const udp = portsOf(transport)
  const tcp = deps.settings.bulkPort === 0 ? null : deps.settings.bulkPort
  const checks = [
    checkState(deps.status),
    checkInterfaces(interfaces, links),
    checkVpn(interfaces, routes),
    checkPorts(transport),
    checkFiles(tcp),
    checkFirewall(facts, { udp, tcp }),
    multicast ? checkMulticast(multicast, outerAddresses(interfaces)) : discoveryIsOff(),
    ...(deps.discoveryProblem === null ? [] : [warning('discovery', deps.discoveryProblem, null)]),
    relay,
    ...checkPortMapping(deps.status, transport.routerProblem()),
    ...checkRendezvous(deps),
    ...(device ? reached : checkClocks(deps)),
  ]
  return diagnosis(checks)
}

function diagnosis(checks: NetworkCheck[]): NetworkDiagnosis {
  return { ok: checks.every(({ state }) => state === 'ok'), checks }
}

function notTried(device: PairedDevice | null): NetworkCheck[] {
  if (!device) return []
  return [broken('connection', `${device.name} was not tried: networking is off here`, 'spacedrive network start')]
}

/** The addresses of this machine on its networks. */
function outerAddresses(interfaces: Interfaces): string[] {
  return Object.values(interfaces).flatMap((all) =>
    (all ?? []).flatMap(({ address, internal }) => (internal || /^fe[89ab]/i.test(address) ? [] : [address])),
  )
}

function checkState({ devices, error, state }: NetworkStatus): NetworkCheck {
  switch (state) {
    case 'running':
      return fine('networking', `on; ${devices.connected} of ${devices.paired} paired devices connected`)
    case 'locked':
      return broken('networking', 'it waits for its password', 'spacedrive network start --password <password>')
    case 'failed':
      return broken('networking', `it could not be started: ${error}`, 'spacedrive network start')
    case 'disabled':
      return broken('networking', 'it is off', 'spacedrive network start')
  }
}

function checkPorts(transport: Transport): NetworkCheck {
  const addresses = transport.addresses()
  if (addresses.length === 0)
    return broken('port', 'nothing is listened at', 'run `spacedrive network stop`, then `spacedrive network start`')
  return fine('port', `UDP ${portsOf(transport).join(', ')}; others reach this device at ${addresses.join(', ')}`)
}

function checkFiles(tcp: number | null): NetworkCheck {
  if (tcp !== null) return fine('files', `sent from TCP ${tcp}`)
  return fine(
    'files',
    'sent from a TCP port of the moment; a firewall needs one that stays: `spacedrive config set network.bulkPort 45124`',
  )
}

function discoveryIsOff(): NetworkCheck {
  return warning(
    'multicast',
    'devices are not looked for on the local network',
    'spacedrive config set network.discovery true',
  )
}

async function checkRelay({ outside, settings, transport }: RunningDeps, signal: AbortSignal): Promise<NetworkCheck> {
  if (settings.relay === '') return fine('relay', 'none is set: nothing outside the local network is contacted')
  // The address may contain a token, which must not appear in the report.
  const { origin } = new URL(settings.relay)
  const since = performance.now()
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(RELAY_TIMEOUT_MS)])
    const response = await fetch(`${settings.relay.replace(/\/$/, '')}/ping`, { signal: limit, redirect: 'error' })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`it answers ${response.status}`)
  } catch (err) {
    signal.throwIfAborted()
    const cause = err instanceof Error && err.cause ? `: ${errorMessage(err.cause)}` : ''
    return broken(
      'relay',
      `${origin} is not reached: ${errorMessage(err)}${cause}`,
      'start it there (`spacedrive network relay`), or set another: `spacedrive config set network.relay <url>`',
    )
  }
  const answers = `${origin} answers after ${Math.round(performance.now() - since)} ms`
  if (transport.relay() === null)
    return broken(
      'relay',
      `${answers}, and does not let this device in`,
      'compare the token in network.relay, and the keys that the relay allows',
    )
  return fine(
    'relay',
    `${answers}; ${outside === null ? 'the address outside is not known' : `outside this device is ${outside}`}`,
  )
}

/** No checks if port mappings are off, no router has a mapping, and Iroh cannot request any. */
function checkPortMapping({ portMapping }: NetworkStatus, problem: string | null): NetworkCheck[] {
  if (problem === null) return checkMapping(portMapping)
  const unwanted = warning(
    'router',
    `it may be asked to forward ports of this device that nobody chose: ${problem}`,
    'switch UPnP off in the settings of the router',
  )
  return [unwanted, ...checkMapping(portMapping)]
}

function checkMapping({ address, reason, state }: NetworkStatus['portMapping']): NetworkCheck[] {
  const name = 'port mapping'
  switch (state) {
    case 'off':
      return reason === null ? [] : [warning(name, reason, 'remove it in the settings of the router')]
    case 'asking':
      return [fine(name, 'the router has not answered yet')]
    case 'mapped':
      return [fine(name, `the router forwards ${address}`)]
    case 'failed':
      return [
        warning(
          name,
          `${reason}`,
          'allow UPnP in the settings of the router, or: `spacedrive config set network.portMapping off`',
        ),
      ]
  }
}

function checkRendezvous({ rendezvousProblem, settings }: DiagnoseDeps): NetworkCheck[] {
  if (settings.rendezvous === '') return []
  // The address may contain a token, which must not appear in the report.
  const { origin } = new URL(settings.rendezvous)
  if (rendezvousProblem === null) return [fine('rendezvous', `word is left at ${origin}`)]
  const fix =
    'start it there (`spacedrive network relay`), or set another: `spacedrive config set network.rendezvous <url>`'
  return [broken('rendezvous', rendezvousProblem, fix)]
}

function checkClocks({ devices, sessions }: DiagnoseDeps): NetworkCheck[] {
  const wrong = devices.filter(({ id }) => Math.abs(sessions.details(id)?.skewMs ?? 0) > MAX_SKEW_MS)
  if (wrong.length === 0) return []
  const names = wrong.map(({ name }) => name).join(', ')
  return [warning('clocks', `not as on ${names}`, 'set the one that is wrong')]
}

function portsOf(transport: Transport): number[] {
  return [...new Set(transport.addresses().flatMap((address) => Number(/:(\d+)$/.exec(address)?.[1] ?? 0) || []))]
}
