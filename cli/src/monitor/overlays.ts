import { jobTones, statusLabel } from '../render/jobs.ts'
import { printable } from '../text/escape.ts'
import { renderFields } from '../text/fields.ts'
import { formatDate, formatDuration } from '../text/format.ts'
import { type JobView, jobBlock } from '../live/job-progress.ts'
import type { Style } from '../text/style.ts'

const keys = [
  ['q, Esc', 'leave; from here, back'],
  ['?, h', 'this help'],
  ['↑ k, ↓ j', 'select a job'],
  ['Enter', 'everything about the selected job'],
  ['p', 'pause the selected job, or go on with it'],
  ['c', 'cancel the selected job (press twice)'],
  ['f', 'show all jobs, or only active, completed or failed ones'],
  ['r', 'ask for everything again'],
] as const

export function helpLines(style: Style): string[] {
  return [style('heading', 'Keys'), '', ...keys.map(([key, what]) => `  ${style('accent', key.padEnd(10))} ${what}`)]
}

interface DetailOptions {
  readonly width: number
  readonly style: Style
  readonly now: number
  /** The object that the job works on. */
  readonly about: string | null
}

/** Everything a screen knows of one job. */
export function detailLines(view: JobView, { about, now, style, width }: DetailOptions): string[] {
  const { job } = view
  const fields = renderFields(
    [
      ['About', about],
      ['Id', job.id],
      ['Status', style(jobTones[job.status], statusLabel(job))],
      ['Error', job.error === null ? null : `${printable(job.error.message)} (${job.error.code})`],
      ['Last failure', view.lastFailure === null ? null : printable(view.lastFailure)],
      ['Queued', formatDate(job.createdAt)],
      ['Started', job.startedAt === null ? null : formatDate(job.startedAt)],
      [
        'Took',
        job.startedAt === null
          ? null
          : formatDuration((job.endedAt === null ? now : Date.parse(job.endedAt)) - Date.parse(job.startedAt)),
      ],
    ],
    { width, style },
  )
  return [...jobBlock(view, { title: printable(job.name), width, style, frame: 0 }), '', ...fields]
}
