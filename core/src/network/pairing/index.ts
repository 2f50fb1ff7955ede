export type { NewPairedDevice } from './deps.ts'
export { pairingLimits } from './limits.ts'
export { Pairing } from './pairing.ts'
