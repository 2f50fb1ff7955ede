import type { RawName } from '../util/file-name.ts'
import type { ErrorCode } from '../util/errors.ts'
import type { BackendKind } from './create-backend.ts'
import type { WatchLimits } from './limits.ts'
import type { WatchBatch, WatchProblem, WatchRoot } from './watch-backend.ts'

/** Messages to the watching thread or process; `start` comes first. */
export type WatchRequest =
  | { readonly type: 'start'; readonly kind: BackendKind; readonly limits: WatchLimits }
  | { readonly type: 'watch'; readonly id: number; readonly root: WatchRoot }
  | { readonly type: 'add'; readonly id: number; readonly key: string; readonly dirs: readonly RawName[] }
  | { readonly type: 'unwatch'; readonly id: number; readonly key: string }
  | { readonly type: 'ping'; readonly id: number }
  /** The listener has processed a batch. */
  | { readonly type: 'taken'; readonly batch: number }

/** Messages from the watching thread or process. */
export type WatchAnswer =
  | { readonly type: 'done'; readonly id: number; readonly directories: number }
  | { readonly type: 'failed'; readonly id: number; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'batch'; readonly id: number; readonly batch: WatchBatch }
  | { readonly type: 'problem'; readonly problem: WatchProblem }
