export { Access, accessNames, type Rights } from './access.ts'
export { type Address, formatAddress, formatContentAddress, isAddress, parseAddress } from './address.ts'
export { Device, KnownDevice, ListedDevice } from './device.ts'
export { Engine, type EngineJob, engineJobs, type EngineState, engineStates } from './engine.ts'
export { Entry, FileSort } from './entry.ts'
export { FileInfo } from './file-info.ts'
export { EntryKind, FileType } from './file-kind.ts'
export { ContentId, DeviceId, EntryId, JobId, LibraryId, LocationId, VolumeId, PeerKey } from './ids.ts'
export { Job, JobDetails, JobProgress, JobStatus, JobType, JobWarning, jobStatuses } from './job.ts'
export { Library, LibraryInfo } from './library.ts'
export { EntryCounts, IndexMode, Location, LocationState, indexModes, locationStates } from './location.ts'
export {
  NameReason,
  SearchInput,
  SearchItem,
  SearchReason,
  SearchResult,
  SearchSort,
  SearchType,
  searchSorts,
  SemanticReason,
  TextReason,
} from './search.ts'
export {
  type DeviceProfile,
  KindChoice,
  SidecarPolicy,
  type SidecarSpeed,
  choiceFault,
  deviceProfiles,
  sidecarSpeeds,
} from './sidecar-policy.ts'
export { MediaItem, MediaTimeline, MediaType, mediaTypes } from './media.ts'
export {
  ContentPlaces,
  Grant,
  GrantKind,
  GrantRequest,
  grantKinds,
  grantsFolders,
  NetworkDevice,
  NetworkState,
  NetworkStatus,
  networkStates,
  PortMapping,
  type PathKind,
  PeerState,
  pathKinds,
  peerStates,
} from './network.ts'
export { NearbyDevice, Visibility } from './nearby.ts'
export { Offer, type OfferState, offerStates } from './offer.ts'
export { PairingState, PairingStatus, pairingStates } from './pairing.ts'
export { LibraryStatistics } from './statistics.ts'
export { type HoldCause, PendingSidecar, Sidecar, SidecarKind, SidecarState } from './sidecar.ts'
export { GIVEN_UP, isSkipped, skipCodes } from './skip-codes.ts'
export type { SidecarKindFacts } from './sidecar-kind-facts.ts'
export { sidecarKindFacts } from './sidecar-kinds.ts'
export {
  companionKinds,
  entryKindByNumber,
  entryKindNumbers,
  entryKinds,
  fileTypeByNumber,
  fileTypeNumbers,
  fileTypes,
  generatedKinds,
  namesByNumber,
  sidecarKindByNumber,
  sidecarKindNumbers,
  sidecarKinds,
  sidecarStateByNumber,
  sidecarStateNumbers,
  sidecarStates,
  type TextKind,
  textKinds,
} from './stored-lists.ts'
export { Thumb } from './thumb.ts'
export { Timestamp } from './time.ts'
export { Transfer, type TransferState, transferStates } from './transfer.ts'
export { DiskType, Volume, VolumeKind, diskTypes, volumeKinds } from './volume.ts'
