export { orAborted } from './deadline.ts'
export type { DetectedVolume, Detection, Mount, VolumeDetector } from './detected-volume.ts'
export { createVolumeDetector, type DetectorDeps } from './detector.ts'
export { type EnsuredVolume, LibraryVolumes, type LibraryVolumesDeps } from './library-volumes.ts'
export type { AnyPath, VolumePlace } from './mount-table.ts'
export { type CloudPlace, cloudPlace, cloudRoots } from './placeholder.ts'
export { placeForReading, type PlaceDeps, shownAbsolute } from './place-for-reading.ts'
export {
  type CacheStats,
  VolumeManager,
  type VolumeChange,
  type VolumeManagerDeps,
  type VolumeStatistics,
} from './volume-manager.ts'
export type { VolumeSpeed } from './speed-test.ts'
