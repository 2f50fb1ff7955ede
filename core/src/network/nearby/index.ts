export { bothPeers } from './both-peers.ts'
export type { Guest } from './guest.ts'
export { nearbyLimits } from './limits.ts'
export { Nearby } from './nearby.ts'
