export type {
  Accepts,
  Elsewhere,
  FetchHold,
  FetchHost,
  FetchReport,
  Holder,
  RemoteContent,
  RemoteSidecar,
} from './elsewhere.ts'
export {
  type AvailabilityChange,
  type AvailabilityGroup,
  type AvailabilityRead,
  ID_BYTES,
  MAX_SIZE,
  RECORD_BYTES,
  SIZE_AT,
} from './read-availability.ts'
export { fetchSidecars } from './fetch-sidecars.ts'
export { generateSidecars } from './generate-sidecars.ts'
export type { DevicePolicy } from './policy.ts'
export { type DetectedEngine, type Generator, makeGenerators } from './generators/index.ts'
export { detectEngines } from './detect-engines.ts'
export { QueryEmbedder } from './generators/embeddings/query-embedder.ts'
export { parseSidecarFile, type SidecarKey, VARIANT } from './paths.ts'
export { SidecarPools, type SidecarPoolsOptions } from './sidecar-pools.ts'
export { convertReferences } from './references/convert-references.ts'
export { findReferences } from './references/find-references.ts'
export { References } from './references/references.ts'
export type { SidecarLimits } from './sidecar-runner.ts'
export { type ResolveMode, Sidecars } from './sidecars.ts'
