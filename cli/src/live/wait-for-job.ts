import type { Job, JobDetails, Location } from '@spacedrive/core/domain'
import { warningLines } from '../render/jobs.ts'
import type { Wording } from '../render/view.ts'
import { exitCodeOfJob } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { printable } from '../text/escape.ts'
import { plural } from '../text/format.ts'
import { wrap } from '../text/wrap.ts'
import { shortId } from '../short-id.ts'
import { followJob } from './follow-job.ts'
import { indexSummary } from './index-summary.ts'

/** More failures than this are counted, not listed; `job info` has them all. */
const MAX_FAILURES = 20

interface Answer {
  readonly job: { readonly id: string }
  readonly location?: Location
}

/** Implements `--wait`: follows the job that the operation started, then prints the answer as of the job's end. */
export async function waitForOutputJob(output: unknown, session: Session): Promise<number> {
  const { job: queued, location } = output as Answer
  const { globals, io } = session.context
  const name = location ? printable(location.name) : `Job ${shortId(queued.id)}`
  const job = await followJob(session, { jobId: queued.id, title: location ? `Indexing ${name}` : name })
  if (globals.json || globals.jsonl) {
    const now = location ? { location: await session.query('locations.info', { location: location.id }) } : {}
    io.printJson({ ...now, job: withoutDetails(job) })
  } else {
    const lines = endLines(job, name, session).flatMap((line) => wrap(line, io.out.width))
    io.print(lines.join('\n'))
  }
  return exitCodeOfJob(job)
}

function endLines(job: JobDetails, name: string, { context: { io } }: Session): string[] {
  const {
    out: { style },
    withTypedCommands,
  } = io
  const reason = job.error === null ? '' : `: ${printable(job.error.message)}`
  if (job.status !== 'completed') return [style('bad', `${name}: ${job.status}${reason}`)]
  const failures = job.warnings === 0 ? [] : failureLines(job, { style, withTypedCommands })
  return [`${name}: ${indexSummary(job)}.`, ...failures]
}

/** The number of failures, and the first of them. */
export function failureLines(
  { id, warningList, warnings }: JobDetails,
  { style, withTypedCommands }: Wording,
): string[] {
  const rest = warnings - Math.min(MAX_FAILURES, warningList.length)
  return [
    style('warn', `${plural(warnings, 'failure')}:`),
    ...warningLines(warningList.slice(0, MAX_FAILURES), { style, withTypedCommands }),
    ...(rest > 0
      ? [withTypedCommands(`  … and ${plural(rest, 'other')}; \`spacedrive job info ${id} --json\` lists all`)]
      : []),
  ]
}

function withoutDetails({
  input: _input,
  log: _log,
  output: _output,
  warningList: _warningList,
  ...job
}: JobDetails): Job {
  return job
}
