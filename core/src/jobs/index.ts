export {
  type AnyJob,
  type ConcurrencyClass,
  defineJob,
  type Enqueued,
  type Job,
  type JobContext,
  type ProgressUpdate,
  priorities,
} from './define.ts'
export { defaultLimits, type JobLimits } from './limits.ts'
export { JobManager, type JobManagerOptions } from './manager.ts'
