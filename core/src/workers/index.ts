export { ProcessPool, type ProcessPoolOptions, type ProcessRunOptions } from './process-pool.ts'
