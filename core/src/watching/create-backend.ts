import { FallbackFolderWatcher } from './fallback-folder-watcher.ts'
import type { FolderFilter } from './folder-filter.ts'
import { FolderTree } from './folder-tree.ts'
import type { WatchLimits } from './limits.ts'
import { maxQueuedEvents, NativeFolderWatcher, systemWatch, type WatchFunction } from './native-folder-watcher.ts'
import { PollingFolderWatcher } from './polling-folder-watcher.ts'
import { RecursiveTree } from './recursive-tree.ts'
import { TreeBackend } from './tree-backend.ts'
import type { WatchedTreeDeps } from './watched-tree.ts'
import type { WatchBackend, WatchEvents, WatchRoot } from './watch-backend.ts'

/** `folders`: events of each folder; `recursive`: events of the whole tree; `polling`: no events. */
export type BackendKind = 'folders' | 'recursive' | 'polling'

/** The best source of events on this system. */
export function nativeBackendKind(platform: NodeJS.Platform): BackendKind {
  return platform === 'darwin' || platform === 'win32' ? 'recursive' : 'folders'
}

export interface BackendDeps {
  readonly kind: BackendKind
  readonly events: WatchEvents
  readonly limits: WatchLimits
  readonly filterFor: (root: WatchRoot) => FolderFilter | null
  /** `fs.watch`, or a replacement in tests. */
  readonly watch?: WatchFunction
  /** Number of unread events that the system buffers; read from the system by default. */
  readonly queueLength?: number
}

/** A backend that works in this thread. */
export function createBackend({ kind, watch = systemWatch, queueLength, ...deps }: BackendDeps): WatchBackend {
  const onOverflow = () => backend.overflowed()
  const poller = new PollingFolderWatcher(deps.limits)
  const backend: TreeBackend = create()
  return backend

  function create(): TreeBackend {
    if (kind === 'polling') {
      return new TreeBackend({ ...deps, limit: () => null, openTree: (tree) => new FolderTree(poller, tree) })
    }
    if (kind === 'recursive') {
      const openTree = (tree: WatchedTreeDeps) => new RecursiveTree({ ...tree, watch, onOverflow })
      return new TreeBackend({ ...deps, limit: () => null, openTree })
    }
    const native = new NativeFolderWatcher({ watch, onOverflow, queueLength: queueLength ?? maxQueuedEvents() })
    const watcher = new FallbackFolderWatcher({ first: native, second: poller, retryMs: deps.limits.retryMs })
    return new TreeBackend({ ...deps, limit: () => watcher.limit, openTree: (tree) => new FolderTree(watcher, tree) })
  }
}
