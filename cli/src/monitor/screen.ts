import type { Location } from '@spacedrive/core/domain'
import { jobTones, statusLabel } from '../render/jobs.ts'
import { locationTones } from '../render/locations.ts'
import { amount, pace, transferTones } from '../render/transfers.ts'
import { printable } from '../text/escape.ts'
import { formatAgo, formatBytes, formatCount, formatDuration, plural } from '../text/format.ts'
import type { JobView } from '../live/job-progress.ts'
import { phaseLabel, progressText } from '../live/job-progress.ts'
import { spinner } from '../live/spinner.ts'
import { fixedWidth, shortenEnd } from '../text/shorten.ts'
import { subjectOf } from '../subject-names.ts'
import type { Style } from '../text/style.ts'
import { type Cell, renderTable } from '../text/table.ts'
import { textWidth } from '../text/width.ts'
import { eventLine } from './event-line.ts'
import { detailLines, helpLines } from './overlays.ts'
import { type MonitorState, namesIn, selectedJob, shownJobs } from './state.ts'

export interface ScreenSize {
  readonly width: number
  readonly height: number
}

/** From this width on, places and events stand side by side. */
const TWO_COLUMNS = 120
/** A title, a rule above the keys, the keys. */
const FRAME_LINES = 3
/** A section is its title and this much at the least. */
const MIN_SECTION = 3

/** The whole screen: exactly `height` lines, none wider than `width`. */
export function monitorScreen(state: MonitorState, { height, width }: ScreenSize, style: Style): string[] {
  const body = height - FRAME_LINES
  const lines = state.overlay === null ? sections(state, { width, height: body }, style) : overlay(state, width, style)
  return [
    header(state, width, style),
    ...filled(lines, body),
    style('dim', '─'.repeat(width)),
    footer(state, width, style),
  ]
}

function header({ now, status }: MonitorState, width: number, style: Style): string {
  if (status === null) return style('heading', 'Spacedrive')
  const left = `Spacedrive · ${status.library ? printable(status.library.name) : 'no library'}`
  const right = `${formatBytes(status.memory.rssBytes)} · up ${formatDuration(status.uptimeMs)} · ${clock(now)}`
  const gap = width - textWidth(left) - textWidth(right)
  return gap < 2
    ? style('heading', shortenEnd(left, width))
    : style('heading', left) + ' '.repeat(gap) + style('dim', right)
}

function clock(now: number): string {
  return new Date(now).toTimeString().slice(0, 8)
}

function footer({ filter, message }: MonitorState, width: number, style: Style): string {
  if (message !== null) return style('warn', shortenEnd(printable(message), width))
  const keys = [
    ['q', 'quit'],
    ['?', 'help'],
    ['f', `show ${filter}`],
    ['↑↓', 'select'],
    ['⏎', 'details'],
    ['p', 'pause'],
    ['c', 'cancel'],
    ['r', 'refresh'],
  ] as const
  const plain = keys.map(([key, what]) => `${key} ${what}`).join('  ')
  return textWidth(plain) > width
    ? shortenEnd(plain, width)
    : keys.map(([key, what]) => `${style('accent', key)} ${what}`).join('  ')
}

function sections(state: MonitorState, { height, width }: ScreenSize, style: Style): string[] {
  const places = [
    ...locationLines(state, placeWidth(width), style),
    '',
    ...volumeLines(state, placeWidth(width), style),
    ...deviceLines(state, placeWidth(width), style),
  ]
  if (width >= TWO_COLUMNS) {
    const jobHeight = Math.min(Math.max(shownJobs(state).length + 1, MIN_JOBS), Math.ceil((height - 1) * 0.45))
    const left = filled(places, height - jobHeight - 1)
    const right = eventLines(state, width - placeWidth(width) - GUTTER, height - jobHeight - 1, style)
    const below = left.map(
      (line, at) => line + ' '.repeat(placeWidth(width) - textWidth(line) + GUTTER) + (right[at] ?? ''),
    )
    return [...filled(jobLines(state, width, jobHeight, style), jobHeight), '', ...below]
  }
  // On a small screen, the locations and jobs get up to a third each, and the events get the rest.
  const third = Math.floor(height / 3)
  const locations = locationLines(state, width, style).slice(0, Math.max(MIN_SECTION, third - 1))
  const volumes = volumeLines(state, width, style).slice(0, MIN_SECTION)
  const jobs = jobLines(state, width, Math.max(MIN_SECTION, third), style)
  const devices = deviceLines(state, width, style).slice(0, MIN_SECTION + 1)
  const top = [...jobs, '', ...locations, '', ...volumes, ...devices, '']
  return [...top, ...eventLines(state, width, height - top.length, style)]
}

const GUTTER = 3
/** Lines that the jobs always take, so that the sections below them do not move when the first jobs come and go. */
const MIN_JOBS = 8

function placeWidth(width: number): number {
  return width >= TWO_COLUMNS ? Math.floor((width - GUTTER) * 0.5) : width
}

function jobLines(state: MonitorState, width: number, height: number, style: Style): string[] {
  const shown = shownJobs(state)
  const selected = selectedJob(state)
  const title = style('dim', `JOBS${state.filter === 'all' ? '' : ` (${state.filter})`}`)
  if (shown.length === 0)
    return [title, nothing(state, 'jobs', style, state.filter === 'all' ? 'nothing to do' : 'none')]
  const room = height - 1
  const at = selected ? shown.indexOf(selected) : 0
  const from = Math.max(0, Math.min(at - Math.floor(room / 2), shown.length - room))
  const lines = shown.slice(from, from + room).map((view) => jobLine(view, view === selected, width, state, style))
  const more = shown.length > room ? style('dim', `  ${formatCount(shown.length)} in all`) : ''
  return [title + more, ...lines]
}

const NAME_WIDTH = 18
/** Width of a job's name and of its subject. */
const WIDE_NAME_WIDTH = 36

function jobLine(view: JobView, isSelected: boolean, width: number, state: MonitorState, style: Style): string {
  const { job } = view
  const mark = isSelected ? style('accent', '▸') : ' '
  const about = subjectOf(job, namesIn(state))
  const label = width >= TWO_COLUMNS ? [about, printable(job.name)].filter(Boolean).join(' · ') : about
  const nameWidth = width >= TWO_COLUMNS ? WIDE_NAME_WIDTH : NAME_WIDTH
  const name = fixedWidth(label ?? printable(job.name), nameWidth)
  const room = width - nameWidth - 5
  return `${mark} ${style(jobTones[job.status], symbol(view, state.frame))} ${name} ${jobState(view, room, state.now, style)}`
}

function jobState(view: JobView, room: number, now: number, style: Style): string {
  const { job } = view
  if (job.status !== 'running') {
    const when = job.endedAt === null ? '' : `, ${formatAgo(job.endedAt, now)}`
    const reason = job.error === null ? '' : `: ${printable(job.error.message)}`
    return style(
      job.warnings > 0 ? 'warn' : jobTones[job.status],
      shortenEnd(`${statusLabel(job)}${when}${reason}`, room),
    )
  }
  const phase = fixedWidth(phaseLabel(job.progress.phase), PHASE_WIDTH)
  return `${phase} ${progressText(view, room - PHASE_WIDTH - 1, style)}`
}

const PHASE_WIDTH = 19

function symbol({ job }: JobView, frame: number): string {
  switch (job.status) {
    case 'running':
      return spinner(frame)
    case 'queued':
      return '·'
    case 'paused':
      return '‖'
    case 'completed':
      return '✓'
    case 'failed':
      return '✗'
    case 'cancelled':
      return '–'
  }
}

/** The text for a list that is empty or not loaded yet. */
function nothing(
  { untold }: MonitorState,
  list: 'jobs' | 'locations' | 'volumes',
  style: Style,
  text = 'none',
): string {
  return style('dim', untold.has(list) ? '  …' : `  ${text}`)
}

function locationLines(state: MonitorState, width: number, style: Style): string[] {
  const { locations, now } = state
  const title = style('dim', 'LOCATIONS')
  if (locations.length === 0) return [title, nothing(state, 'locations', style)]
  const rows = locations.map((location): Cell[] => [
    `  ${printable(location.name)}`,
    { text: location.state, tone: locationTones[location.state] },
    plural(location.counts.files, 'file'),
    formatBytes(location.counts.bytes),
    location.error === null
      ? { text: `${scanned(location, now)}  ${printable(location.path)}`, tone: 'dim' }
      : { text: printable(location.error), tone: 'warn' },
  ])
  const columns = [
    { title: '', shrink: 'end', min: 10 },
    { title: '' },
    { title: '', align: 'right' },
    { title: '', align: 'right' },
    { title: '', shrink: 'middle', min: 12 },
  ] as const
  return [title, ...renderTable({ columns, rows, width, style }).slice(1)]
}

/** All as wide as most of them are, so that the paths begin below each other. */
function scanned({ lastScanAt }: Location, now: number): string {
  return (lastScanAt === null ? 'not yet' : formatAgo(lastScanAt, now)).padEnd(SCANNED_WIDTH)
}

const SCANNED_WIDTH = '59 min ago'.length

function volumeLines(state: MonitorState, width: number, style: Style): string[] {
  const { volumes } = state
  const title = style('dim', 'VOLUMES')
  if (volumes.length === 0) return [title, nothing(state, 'volumes', style)]
  const rows = volumes.map((volume): Cell[] => [
    `  ${printable(volume.name)}`,
    volume.mountPoint === null ? '' : { text: printable(volume.mountPoint), tone: 'dim' },
    volume.online
      ? `${formatBytes(volume.freeBytes)} free of ${formatBytes(volume.totalBytes)}`
      : { text: 'offline', tone: 'warn' },
  ])
  const columns = [
    { title: '', shrink: 'end', min: 10 },
    { title: '', shrink: 'middle', min: 8 },
    { title: '' },
  ] as const
  return [title, ...renderTable({ columns, rows, width, style }).slice(1)]
}

/** Nothing at all where no device is paired. */
function deviceLines(state: MonitorState, width: number, style: Style): string[] {
  const { devices, transfers } = state
  if (devices.length === 0) return []
  const on = transfers.filter(({ endedAt }) => endedAt === null)
  const rateOf = (id: string) => on.reduce((sum, { device, rate }) => sum + (device.id === id ? (rate ?? 0) : 0), 0)
  const rows = [
    ...devices.map(({ id, latencyMs, name, path, state: how }): Cell[] => [
      `  ${printable(name)}`,
      { text: how, tone: how === 'connected' ? 'good' : how === 'blocked' ? 'bad' : 'dim' },
      [path ?? '', latencyMs === null ? '' : `${latencyMs.toFixed(1)} ms`].filter(Boolean).join(', '),
      rateOf(id) > 0 ? `${formatBytes(rateOf(id))}/s` : '',
    ]),
    ...on.map((transfer): Cell[] => [
      `  ${transfer.direction === 'in' ? '↓' : '↑'} ${printable(transfer.title)}`,
      { text: transfer.state, tone: transferTones[transfer.state] },
      amount(transfer),
      pace(transfer),
    ]),
  ]
  const columns = [
    { title: '', shrink: 'end', min: 10 },
    { title: '' },
    { title: '' },
    { title: '', shrink: 'end', min: 8 },
  ] as const
  return ['', style('dim', 'DEVICES'), ...renderTable({ columns, rows, width, style }).slice(1)]
}

function eventLines(state: MonitorState, width: number, height: number, style: Style): string[] {
  const { events } = state
  const title = style('dim', 'EVENTS')
  if (events.length === 0) return [title, style('dim', '  none yet')].slice(0, height)
  const view = { names: namesIn(state), style, width }
  return [title, ...events.map((event) => eventLine(event, view))].slice(0, height)
}

function overlay(state: MonitorState, width: number, style: Style): string[] {
  if (state.overlay === 'help') return helpLines(style)
  const view = selectedJob(state)
  return view === null
    ? [style('dim', 'No job is selected.')]
    : detailLines(view, { width, style, now: state.now, about: subjectOf(view.job, namesIn(state)) })
}

/** Exactly so many lines. */
function filled(lines: readonly string[], height: number): string[] {
  return Array.from({ length: Math.max(0, height) }, (_, at) => lines[at] ?? '')
}
