export { type BoxState, boxState } from './box/box-state.ts'
export type { Reach } from './box/box.ts'
export { NOT_STARTED, ProcessPool, type ProcessPoolOptions, type ProcessRunOptions } from './process-pool.ts'
export { CLOSES_SIGNALS } from './box/landlock.ts'
