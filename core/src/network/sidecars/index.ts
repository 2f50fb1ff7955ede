export type { PrefetchSettings } from './prefetcher.ts'
export type { NetworkSidecars, SidecarLibrary } from './shared-library.ts'
export { SidecarExchange } from './sidecar-exchange.ts'
