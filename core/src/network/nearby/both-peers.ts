import { allDisposed } from '../../util/all-disposed.ts'
import type { Peers } from '../wire/protocol.ts'
import type { Nearby } from './nearby.ts'

/** Joins paired devices and guests, for the protocols that serve both. */
export function bothPeers(paired: Peers, nearby: Nearby): Peers {
  return {
    connected: () => [...paired.connected(), ...nearby.connected()],
    get: (id) => nearby.get(id) ?? paired.get(id),
    reach: (id, signal) => (nearby.guest(id) ? nearby.reach(id) : paired.reach(id, signal)),
    onConnected: (listener) => allDisposed([paired.onConnected(listener), nearby.onConnected(listener)]),
    onDisconnected: (listener) => allDisposed([paired.onDisconnected(listener), nearby.onDisconnected(listener)]),
    handle: (handler) => allDisposed([paired.handle(handler), nearby.handle(handler)]),
  }
}
