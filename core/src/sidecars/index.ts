export type {
  Accepts,
  PeerSidecars,
  FetchHold,
  FetchHost,
  FetchReport,
  Holder,
  RemoteContent,
  RemoteSidecar,
} from './peers/peer-sidecars.ts'
export {
  type AvailabilityChange,
  type AvailabilityGroup,
  type AvailabilityRead,
  ID_BYTES,
  MAX_SIZE,
  RECORD_BYTES,
  SIZE_AT,
} from './exchange/read-availability.ts'
export { Documents } from './documents/documents.ts'
export { fetchSidecars } from './exchange/fetch-sidecars.ts'
export { generateSidecars } from './run/generate-sidecars.ts'
export { type DevicePolicy, variantsOf } from './queue/policy.ts'
export { type DetectedEngine, type Generator, isUsable, makeGenerators } from './generators/index.ts'
export { detectEngines } from './generators/detect-engines.ts'
export { addedEngines, Engines } from './engines/engines.ts'
export { QueryEmbedder } from './generators/embeddings/query-embedder.ts'
export { parseSidecarFile, type SidecarKey, VARIANT, withoutAlias } from './files/paths.ts'
export { SidecarPools, type SidecarPoolsOptions } from './processes/sidecar-pools.ts'
export { convertReferences } from './references/convert-references.ts'
export { findReferences } from './references/find-references.ts'
export { References } from './references/references.ts'
export type { SidecarLimits } from './run/holds.ts'
export type { ResolveMode } from './requests/sidecar-requests.ts'
export { SidecarWatch } from './audit/sidecar-watch.ts'
export { Sidecars } from './sidecars.ts'
