export type { LanChannel } from './lan-channel.ts'
export { LanDiscovery, type LanDiscoveryDeps, type Sought, type Stranger } from './lan-discovery.ts'
export { MulticastChannel } from './multicast-channel.ts'
export { DiscoverySecrets } from './secrets.ts'
