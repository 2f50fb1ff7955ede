export { learnAddress } from './learn-address.ts'
export { defaultRelayLimits, Relay, type RelayLimits, type RelayOptions } from './relay.ts'
