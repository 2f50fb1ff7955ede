export {
  type Conditions,
  createMemoryNetwork,
  type MemoryNetwork,
  type MemoryNetworkOptions,
} from './memory-network.ts'
export type { MemoryTransport } from './memory-transport.ts'
export { VirtualClock } from './virtual-clock.ts'
export { IDLE_TIMEOUT_MS } from './wire.ts'
export { createStreamPair } from './stream-pair.ts'
