import { type Job, sidecarKindFacts } from '@spacedrive/core/domain'
import { printable } from '../text/escape.ts'
import { formatBytes, formatCount, formatDuration, formatLeft } from '../text/format.ts'
import { shortenMiddle } from '../text/shorten.ts'
import type { Style } from '../text/style.ts'
import { textWidth } from '../text/width.ts'
import { spinner } from './spinner.ts'

/** The state of one job, collected from its events. */
export interface JobView {
  readonly job: Job
  /** The completed phases, in order, with their results. */
  readonly finished: readonly FinishedPhase[]
  readonly phaseStartedAt: number
  /** The largest share done in this phase: a bar never runs backwards. */
  readonly share: number
  readonly lastFailure: string | null
}

export interface FinishedPhase {
  readonly phase: string
  readonly done: number
  readonly ms: number
}

export function firstView(job: Job, now: number): JobView {
  return { job, finished: [], phaseStartedAt: now, share: shareOf(job), lastFailure: null }
}

/** The view after the job has been heard of again. */
export function nextView(view: JobView, job: Job, now: number): JobView {
  const before = view.job.progress
  if (job.progress.phase === before.phase) return { ...view, job, share: Math.max(view.share, shareOf(job)) }
  const over = { phase: before.phase, done: before.done, ms: now - view.phaseStartedAt }
  return {
    ...view,
    job,
    finished: before.phase ? [...view.finished, over] : view.finished,
    phaseStartedAt: now,
    share: shareOf(job),
  }
}

function shareOf({ progress: { done, total } }: Job): number {
  return total === null || total === 0 ? 0 : Math.min(1, done / total)
}

const phaseLabels: Readonly<Record<string, string>> = {
  times: 'Looking for changes',
  discover: 'Looking for files',
  process: 'Recording changes',
  aggregate: 'Summing up folders',
  identify: 'Identifying content',
  queue: 'Queueing what follows',
  ...Object.fromEntries(Object.entries(sidecarKindFacts).map(([kind, { phase }]) => [kind, phase])),
  read: 'Reading what they are',
  record: 'Recording what belongs',
  move: 'Moving files',
  'move back': 'Moving files back',
}

export function phaseLabel(phase: string): string {
  return phaseLabels[phase] ?? (phase ? printable(phase) : 'Waiting')
}

interface DrawOptions {
  readonly title: string
  readonly width: number
  readonly style: Style
  /** Counts up with every drawing; turns the spinner. */
  readonly frame: number
}

const LABEL_WIDTH = 22

/** The live block of one job: a line for each completed phase, the running phase with its bar, the failures so far. */
export function jobBlock(view: JobView, { frame, style, title, width }: DrawOptions): string[] {
  const { job } = view
  const finished = view.finished.map(({ done, ms, phase }) => {
    const count = done > 0 ? `${formatCount(done)} in ` : ''
    return `${style('good', '✓')} ${phaseLabel(phase).padEnd(LABEL_WIDTH)} ${style('dim', count + formatDuration(ms))}`
  })
  const turning = job.status === 'running' ? spinner(frame) : '•'
  const running = `${style('busy', turning)} ${phaseLabel(job.progress.phase).padEnd(LABEL_WIDTH)} ${progressText(view, width - LABEL_WIDTH - 3, style)}`
  return [
    style('heading', shortenMiddle(title, width)),
    ...finished,
    running,
    ...waitingLine(view, width),
    ...failureLine(view, width, style),
  ]
}

/** The reason why the job is waiting. */
function waitingLine({ job }: JobView, width: number): string[] {
  return job.waiting === undefined ? [] : [shortenMiddle(job.waiting, width)]
}

/** A bar as wide as there is room for, and the numbers. */
export function progressText({ job, share }: JobView, width: number, style: Style): string {
  const { bytes, done, etaMs, rate, total } = job.progress
  const numbers = [
    total === null ? (done > 0 ? formatCount(done) : '') : `${formatCount(done)} of ${formatCount(total)}`,
    rate === null || rate < 0.5 ? '' : `${formatCount(rate)}/s`,
    etaMs === null || total === null || etaMs < SHORTEST_LEFT_MS ? '' : `${formatLeft(etaMs)} left`,
    bytes > 0 ? formatBytes(bytes) : '',
  ].filter(Boolean)
  if (total === null || total === 0) return fit(numbers, width).join('  ')
  const percent = `${String(Math.floor(share * 100)).padStart(3)} %`
  if (width < MIN_BAR + 2 + percent.length) return percent
  const shown = fit(numbers, width - MIN_BAR - percent.length - 4)
  const room = width - textWidth(shown.join('  ')) - percent.length - 4
  const bar = progressBar(share, Math.min(MAX_BAR, Math.max(MIN_BAR, room)))
  return [style('accent', bar), percent, ...shown].join('  ')
}

/** A phase that ends within this time is not shown, because no user could read it. */
const SHORTEST_LEFT_MS = 1_000
const MIN_BAR = 8
const MAX_BAR = 32

export function progressBar(share: number, width: number): string {
  const full = Math.round(share * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

/** As many of the parts as fit, the first ones first. */
function fit(parts: readonly string[], width: number): string[] {
  const shown: string[] = []
  for (const part of parts) {
    if (textWidth([...shown, part].join('  ')) > width) break
    shown.push(part)
  }
  return shown
}

function failureLine({ job, lastFailure }: JobView, width: number, style: Style): string[] {
  if (job.warnings === 0) return []
  // The count includes files that this device has no engine for: not all of them failed.
  const count = `${formatCount(job.warnings)} not done so far`
  const last = lastFailure === null ? '' : shortenMiddle(`; the last: ${lastFailure}`, width - textWidth(count) - 2)
  return [style('warn', `! ${count}${last}`)]
}

/** One line of a log that a program may follow. */
export function progressStep({ job }: JobView): object {
  const { bytes, done, etaMs, phase, rate, total } = job.progress
  return {
    job: job.id,
    name: job.name,
    status: job.status,
    phase,
    done,
    total,
    bytes,
    rate: rate === null ? null : Math.round(rate),
    etaMs: etaMs === null ? null : Math.round(etaMs),
    failures: job.warnings,
    ...(job.waiting === undefined ? {} : { waiting: job.waiting }),
  }
}
