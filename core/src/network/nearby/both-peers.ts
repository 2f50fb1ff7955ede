import type { Peers } from '../wire/protocol.ts'
import type { Nearby } from './nearby.ts'

/** Paired devices, and those met for a drop: for the protocols that both may use. */
export function bothPeers(paired: Peers, nearby: Nearby): Peers {
  const all = (disposables: readonly Disposable[]): Disposable => ({
    [Symbol.dispose]: () => {
      for (const each of disposables) each[Symbol.dispose]()
    },
  })
  return {
    connected: () => [...paired.connected(), ...nearby.connected()],
    get: (id) => nearby.get(id) ?? paired.get(id),
    reach: (id, signal) => (nearby.guest(id) ? nearby.reach(id) : paired.reach(id, signal)),
    onConnected: (listener) => all([paired.onConnected(listener), nearby.onConnected(listener)]),
    onDisconnected: (listener) => all([paired.onDisconnected(listener), nearby.onDisconnected(listener)]),
    handle: (handler) => all([paired.handle(handler), nearby.handle(handler)]),
  }
}
