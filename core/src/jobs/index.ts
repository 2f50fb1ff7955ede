export {
  type AnyJob,
  type ConcurrencyClass,
  defineJob,
  defineJobOn,
  type Enqueued,
  type Job,
  type JobContext,
  type ItemVerdict,
  type JobItems,
  type ProgressUpdate,
  priorities,
} from './define.ts'
export type { JobLimits } from './limits.ts'
export { JobManager } from './manager.ts'
