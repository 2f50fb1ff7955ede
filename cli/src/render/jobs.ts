import type { Job, JobDetails, JobStatus, JobWarning } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatAgo, formatBytes, formatCount, formatDate, formatDuration, formatLeft, plural } from '../text/format.ts'
import type { Tone } from '../text/style.ts'
import { type Cell, type Column, renderTable } from '../text/table.ts'
import { shortId } from '../short-id.ts'
import { subjectOf } from '../subject-names.ts'
import { indexResult } from '../live/index-summary.ts'
import { phaseLabel } from '../live/job-progress.ts'
import type { Renderers, View, Wording } from './view.ts'

export const jobRenderers: Renderers = {
  'jobs.list': jobList,
  'jobs.info': jobFields,
  'jobs.wait': (job, view) => [jobSentence(job, view)],
  'jobs.pause': (job, view) => [jobSentence(job, view)],
  'jobs.resume': (job, view) => [jobSentence(job, view)],
  'jobs.cancel': (job, view) => [jobSentence(job, view)],
  'jobs.retry': (job, view) => [jobSentence(job, view)],
  'jobs.run': ({ job }) => [`Started job ${job.id}.`],
  'jobs.types': (types, view) =>
    renderTable({
      columns: [{ title: 'NAME' }, { title: 'RESUMES' }, { title: 'WHAT IT DOES', shrink: 'end', min: 20 }],
      rows: types.map((type): Cell[] => [type.name, type.resumable ? 'yes' : 'no', printable(type.summary)]),
      width: view.width,
      style: view.style,
    }),
}

/** The colour of a job's status wherever it is shown. */
export const jobTones: Readonly<Record<JobStatus, Tone>> = {
  queued: 'dim',
  running: 'busy',
  paused: 'dim',
  completed: 'good',
  failed: 'bad',
  cancelled: 'dim',
}

/** `completed with 3 failures` where a job went on without some things. */
export function statusLabel({ status, warnings }: Job): string {
  return warnings > 0 ? `${status}, ${plural(warnings, 'failure')}` : status
}

const columns: readonly Column[] = [
  { title: 'ID' },
  { title: 'JOB', shrink: 'end', min: 12 },
  { title: 'ABOUT', shrink: 'end', min: 8 },
  { title: 'STATUS', shrink: 'end', min: 21 },
  { title: 'STARTED', drop: 1 },
  { title: 'DETAIL', shrink: 'end', min: 20 },
]

function jobList(jobs: readonly Job[], view: View): readonly string[] {
  if (jobs.length === 0) return ['No jobs.']
  const rows = jobs.map((job): Cell[] => [
    view.verbose ? job.id : shortId(job.id),
    printable(job.name),
    subjectOf(job, view.names) ?? '–',
    { text: statusLabel(job), tone: job.warnings > 0 && job.status === 'completed' ? 'warn' : jobTones[job.status] },
    formatAgo(job.startedAt ?? job.createdAt, view.now),
    detailCell(job),
  ])
  return renderTable({ columns, rows, width: view.width, style: view.style })
}

/** The progress of a running job, the reason for waiting or failure, or the duration. */
function detailCell({ endedAt, error, progress: { done, phase, total }, startedAt, status, waiting }: Job): Cell {
  if (waiting !== undefined) return { text: printable(waiting), tone: 'warn' }
  if (error !== null) return { text: printable(error.message), tone: 'bad' }
  if (endedAt !== null && startedAt !== null)
    return { text: `took ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}`, tone: 'dim' }
  if (status !== 'running' && status !== 'paused') return ''
  const share = total ? `, ${Math.floor((done / total) * 100)} %` : ''
  return phase ? phaseLabel(phase) + share : ''
}

function doneLabel({ progress: { done, total } }: Job): string {
  return total === null || total === done ? formatCount(done) : `${formatCount(done)} of ${formatCount(total)}`
}

function jobFields(job: JobDetails, view: View): readonly string[] {
  const { progress } = job
  const ended = job.endedAt === null ? null : Date.parse(job.endedAt)
  const fields = renderFields(
    [
      ['Job', printable(job.name)],
      ['About', subjectOf(job, view.names)],
      ['Id', job.id],
      ['Status', view.style(jobTones[job.status], statusLabel(job))],
      ['Note', job.waiting === undefined ? null : view.style('warn', printable(job.waiting))],
      ['Error', job.error === null ? null : `${printable(job.error.message)} (${job.error.code})`],
      ['Phase', progress.phase && ended === null ? phaseLabel(progress.phase) : null],
      [
        'Done',
        progress.done === 0 ? null : `${doneLabel(job)}${progress.bytes > 0 ? `, ${formatBytes(progress.bytes)}` : ''}`,
      ],
      ['Rate', progress.rate === null ? null : `${formatCount(progress.rate)}/s`],
      ['Left', progress.etaMs === null || ended !== null ? null : formatLeft(progress.etaMs)],
      ['Queued', formatDate(job.createdAt)],
      ['Took', job.startedAt === null ? null : formatDuration((ended ?? view.now) - Date.parse(job.startedAt))],
      ['Attempts', job.attempts > 1 ? formatCount(job.attempts) : null],
      ['Input', printable(JSON.stringify(job.input))],
      ['Result', resultOf(job)],
    ],
    view,
  )
  const log = view.verbose ? job.log : job.log.slice(-LOG_LINES)
  return [
    ...fields,
    ...(job.warningList.length > 0 ? ['', ...warningLines(job.warningList, view)] : []),
    ...(log.length > 0 ? ['', view.style('dim', 'LOG'), ...log.map((line) => `  ${printable(line)}`)] : []),
  ]
}

/** In words where the job is of a kind this program knows. */
function resultOf(job: JobDetails): string | null {
  if (job.output === null || job.output === undefined) return null
  return indexResult(job) ?? printable(JSON.stringify(job.output))
}

/** How much of the log `job info` shows without --verbose. */
const LOG_LINES = 10

/** The warnings of a job, one line each, with the path. */
export function warningLines(warnings: readonly JobWarning[], { style, withTypedCommands }: Wording): string[] {
  return warnings.map(({ code, message, path }) => {
    // Many messages name the path themselves.
    const where = path === null || message.includes(path) ? '' : `${printable(path)}: `
    return `  ${style('warn', code)}  ${where}${withTypedCommands(printable(message))}`
  })
}

function jobSentence(job: Job, view: View): string {
  const reason = job.error === null ? '' : `: ${view.withTypedCommands(printable(job.error.message))}`
  return `Job ${shortId(job.id)} (${printable(job.name)}) is ${view.style(jobTones[job.status], statusLabel(job))}${reason}.`
}
