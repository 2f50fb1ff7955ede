import type { RawName } from '../util/file-name.ts'
import type { BackendKind } from './create-backend.ts'
import type { WatchLimits } from './limits.ts'
import type { WatchBatch, WatchProblem, WatchRoot } from './watch-backend.ts'

/** Requests to the watching thread or process. The reply is the number of folders that are watched because of it. */
export type WatchRequest =
  | { readonly type: 'watch'; readonly root: WatchRoot }
  | { readonly type: 'add'; readonly key: string; readonly dirs: readonly RawName[] }
  | { readonly type: 'unwatch'; readonly key: string }
  | { readonly type: 'ping' }

/** Messages to the watching thread or process; `start` comes first. */
export type WatchNotice =
  | { readonly type: 'start'; readonly kind: BackendKind; readonly limits: WatchLimits }
  /** The listener has processed a batch; the next one may be sent. */
  | { readonly type: 'taken'; readonly batch: number }

/** Messages from the watching thread or process. */
export type WatchNews =
  | { readonly type: 'batch'; readonly id: number; readonly batch: WatchBatch }
  | { readonly type: 'problem'; readonly problem: WatchProblem }
