export { LocationKeeper } from './location-keeper.ts'
export { createBackend, type BackendKind } from './create-backend.ts'
export type { FolderFilter, HasName } from './folder-filter.ts'
export { defaultWatchLimits, type WatchLimits } from './limits.ts'
export type { WatchFunction } from './native-folder-watcher.ts'
export { TreeWatcher, type TreeWatcherDeps, type WatchedTreeRoot } from './tree-watcher.ts'
export type {
  DirtyFolder,
  WatchBackend,
  WatchBatch,
  WatchEvents,
  WatchProblem,
  WatchProblemKind,
  WatchRoot,
} from './watch-backend.ts'
