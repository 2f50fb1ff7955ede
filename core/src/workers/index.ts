export { boxState, type Reach } from './box/box.ts'
export { NOT_STARTED, ProcessPool, type ProcessPoolOptions, type ProcessRunOptions } from './process-pool.ts'
