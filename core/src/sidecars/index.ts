export { generateSidecars } from './generate-sidecars.ts'
export { SidecarPools } from './sidecar-pools.ts'
export { Sidecars } from './sidecars.ts'
