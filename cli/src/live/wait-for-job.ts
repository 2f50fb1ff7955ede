import type { Job, JobDetails } from '@spacedrive/core/domain'
import { warningLines } from '../render/jobs.ts'
import { exitCodeOfJob } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { printable } from '../text/escape.ts'
import { plural } from '../text/format.ts'
import { wrap } from '../text/wrap.ts'
import { followJob } from './follow-job.ts'
import { indexSummary } from './index-summary.ts'

/** More failures than this are counted, not listed; `job info` has them all. */
const MAX_FAILURES = 20

/** What `--wait` adds: follows the job an operation's answer names, then prints the answer with the job as it ended. */
export async function waitForOutputJob(output: unknown, session: Session): Promise<number> {
  const answer = output as {
    readonly job: { readonly id: string }
    readonly location?: { readonly name: string; readonly path: string }
  }
  const { globals, io } = session.context
  const name = answer.location ? printable(answer.location.name) : answer.job.id
  const job = await followJob(session, {
    jobId: answer.job.id,
    title: answer.location ? `Indexing ${name}` : `Job ${name}`,
  })
  if (globals.json || globals.jsonl) io.printJson({ ...answer, job: withoutDetails(job) })
  else
    io.print(
      endLines(job, name, session)
        .flatMap((line) => wrap(line, io.out.width))
        .join('\n'),
    )
  return exitCodeOfJob(job)
}

function endLines(job: JobDetails, name: string, { context: { io } }: Session): string[] {
  const { style } = io.out
  if (job.status !== 'completed')
    return [style('bad', `${name}: ${job.status}${job.error === null ? '' : `: ${printable(job.error.message)}`}`)]
  const failures = job.warnings === 0 ? [] : failureLines(job, io.out.style)
  return [`${name}: ${indexSummary(job)}.`, ...failures]
}

/** How many failures and what the first of them were. */
export function failureLines(
  { id, warningList, warnings }: JobDetails,
  style: Session['context']['io']['out']['style'],
): string[] {
  const rest = warnings - Math.min(MAX_FAILURES, warningList.length)
  return [
    style('warn', `${plural(warnings, 'failure')}:`),
    ...warningLines(warningList.slice(0, MAX_FAILURES), style),
    ...(rest > 0 ? [`  … and ${plural(rest, 'other')}; all of them: spacedrive job info ${id} --json`] : []),
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
