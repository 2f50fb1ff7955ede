export type { NewPairedDevice, PairingDiscovery } from './deps.ts'
export { pairingLimits } from './limits.ts'
export { Pairing } from './pairing.ts'
