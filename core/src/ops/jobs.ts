import { z } from 'zod'
import { JobId } from '../domain/ids.ts'
import { Job, JobDetails, JobStatus, JobType } from '../domain/job.ts'
import { defineAction, defineQuery } from './define.ts'

const job = z.object({ job: JobId.describe('id of the job') })

export const listJobs = defineQuery({
  name: 'jobs.list',
  access: 'view',
  // For the jobs of another device, no library is needed here.
  scope: 'anywhere',
  staleBy: ['jobs', 'devices'],
  summary: 'List jobs, newest first',
  input: z.object({
    status: JobStatus.optional().describe('only jobs in this state'),
    device: z.string().optional().describe('only jobs of this device: id, name or slug'),
    limit: z.int().min(1).max(1_000).default(100).describe('maximum number of results'),
  }),
  output: z.array(Job),
  errors: ['NotFound', 'NotAuthorised', 'Offline', 'Timeout'],
  cli: {
    words: ['job', 'list'],
    names: 'locations.list',
    examples: ['job list', 'job list --status failed', 'job list --device laptop'],
  },
  run: async ({ device, limit, status }, { core, library, signal }) => {
    const { id, name, slug } = core.device.info()
    if (device === undefined || [id, name, slug].includes(device)) {
      return (library ?? core.libraries.resolve(undefined)).jobs.list({ status, limit })
    }
    // Each device stores the jobs that run on it, so the other device lists them.
    const asked = core.network.registry.find(device).id
    return core.network.jobs.list({ device: asked, library: null, status: status ?? null, limit }, signal)
  },
})

export const jobInfo = defineQuery({
  name: 'jobs.info',
  scope: 'library',
  staleBy: ['jobs'],
  access: 'view',
  summary: 'Show a job with its warnings and the end of its log',
  input: job,
  output: JobDetails,
  errors: ['NotFound'],
  cli: { words: ['job', 'info'], positional: ['job'], shortIds: { job: 'jobs.list' }, names: 'locations.list' },
  run: async (input, { library }) => library.jobs.info(input.job),
})

export const waitForJob = defineQuery({
  name: 'jobs.wait',
  scope: 'library',
  staleBy: [],
  access: 'view',
  summary: 'Wait until a job has ended',
  input: job,
  output: Job,
  errors: ['NotFound', 'Timeout'],
  cli: { words: ['job', 'wait'], positional: ['job'], shortIds: { job: 'jobs.list' }, examples: ['job wait 0199…'] },
  run: (input, { library, signal }) => library.jobs.wait(input.job, signal),
})

export const pauseJob = defineAction({
  name: 'jobs.pause',
  scope: 'library',
  access: 'manage',
  summary: 'Pause a job; finished work is kept',
  input: job,
  output: Job,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['job', 'pause'], positional: ['job'], shortIds: { job: 'jobs.list' }, next: 'job resume <job>' },
  run: (input, { library }) => library.jobs.pause(input.job),
})

export const resumeJob = defineAction({
  name: 'jobs.resume',
  scope: 'library',
  access: 'manage',
  summary: 'Resume a paused job where it stopped',
  input: job,
  output: Job,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['job', 'resume'], positional: ['job'], shortIds: { job: 'jobs.list' } },
  run: (input, { library }) => library.jobs.resume(input.job),
})

export const cancelJob = defineAction({
  name: 'jobs.cancel',
  scope: 'library',
  access: 'manage',
  summary: 'Cancel a job; recorded results stay',
  input: job,
  output: Job,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['job', 'cancel'], positional: ['job'], shortIds: { job: 'jobs.list' } },
  run: (input, { library }) => library.jobs.cancel(input.job),
})

export const retryJob = defineAction({
  name: 'jobs.retry',
  scope: 'library',
  access: 'manage',
  summary: 'Run a failed or cancelled job again',
  input: job,
  output: Job,
  errors: ['NotFound', 'Conflict'],
  cli: { words: ['job', 'retry'], positional: ['job'], shortIds: { job: 'jobs.list' } },
  run: (input, { library }) => library.jobs.retry(input.job),
})

export const jobTypes = defineQuery({
  name: 'jobs.types',
  scope: 'library',
  staleBy: [],
  access: 'view',
  summary: 'List the types of jobs',
  input: z.object({}),
  output: z.array(JobType),
  cli: { words: ['job', 'types'] },
  run: async (_input, { library }) => library.jobs.types(),
})

export const runJob = defineAction({
  name: 'jobs.run',
  scope: 'library',
  summary: 'Start a job by its name',
  input: z.object({
    name: z.string().describe('a name that `job types` lists'),
    input: z.unknown().optional().describe('input of the job, as JSON'),
  }),
  output: z.object({ job: z.object({ id: JobId }) }),
  errors: ['NotFound'],
  cli: {
    words: ['job', 'run'],
    positional: ['name'],
    wait: 'job',
    next: 'job monitor',
    examples: [
      `job run indexing.content --input '{"locationId":"0199…"}'`,
      `job run indexing.location --input '{"locationId":"0199…","mode":"deep"}' --wait`,
    ],
  },
  run: async (input, { library }) => ({ job: await library.jobs.enqueueByName(input.name, input.input) }),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  listJobs,
  jobInfo,
  waitForJob,
  pauseJob,
  resumeJob,
  cancelJob,
  retryJob,
  jobTypes,
  runJob,
] as const
