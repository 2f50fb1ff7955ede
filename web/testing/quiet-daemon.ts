import type { Answers } from './fake-daemon.ts'
import { aLibrary, aNetworkStatus, aPairing, aStatus } from './things.ts'

/** A daemon with an empty library, on which nothing happens: what every page asks for. */
export const quietDaemon: Answers = {
  'libraries.list': () => [aLibrary()],
  'libraries.current': () => aLibrary(),
  'libraries.invitations': () => [],
  'libraries.members': () => ({ library: { id: aLibrary().id, name: 'Home' }, members: [], opens: [] }),
  'locations.list': () => [],
  'volumes.list': () => [],
  'network.devices': () => [],
  'network.status': () => aNetworkStatus(),
  'network.grants': () => [],
  'nearby.list': () => ({ visibility: { name: null, until: null, reason: null }, devices: [] }),
  'pairing.status': () => aPairing('idle'),
  'system.status': () => aStatus(),
  'system.places': () => [],
  'jobs.list': () => [],
  'offers.list': () => [],
  'transfers.list': () => [],
  'sidecars.hindrances': () => ({ held: [], off: [] }),
  'sidecars.pending': () => [],
  'sidecars.want': () => [],
  'sidecars.presence': () => [],
  'config.get': () => [],
  'explorer.program': () => ({ program: null }),
  'sessions.list': () => [],
  'sessions.log': () => [],
}
