import { exitCodeOfJob } from '../exit-codes.ts'
import type { OperationExtras } from './extras.ts'

export const jobsWait: OperationExtras<'jobs.wait'> = {
  watch: async ({ job }, session) => {
    const { waitForOutputJob } = await import('../live/wait-for-job.ts')
    return await waitForOutputJob({ job: { id: job } }, session)
  },
  exitCode: exitCodeOfJob,
}
