export { ProcessPool, type ProcessPoolOptions, type ProcessRunOptions } from './process-pool.ts'
export { serveProcess } from './serve-process.ts'
