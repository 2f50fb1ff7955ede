export { NOT_STARTED, ProcessPool, type ProcessPoolOptions, type ProcessRunOptions } from './process-pool.ts'
