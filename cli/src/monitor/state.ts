import type { Job, JobStatus, Location, NetworkDevice, Transfer, Volume } from '@spacedrive/core/domain'
import type { Event, EventData, EventType } from '@spacedrive/core/events'
import type { OutputOf } from '@spacedrive/client'
import { type JobView, firstView, nextView } from '../live/job-progress.ts'
import type { SubjectNames } from '../subject-names.ts'

/** Everything that the screen shows. Drawing is a function of this state alone. */
export interface MonitorState {
  readonly status: OutputOf<'system.status'> | null
  readonly locations: readonly Location[]
  readonly volumes: readonly Volume[]
  /** Paired devices. */
  readonly devices: readonly NetworkDevice[]
  /** Files on their way, and the last that have ended. */
  readonly transfers: readonly Transfer[]
  /** The newest first. */
  readonly jobs: readonly JobView[]
  /** The lists that the daemon has not sent yet; they may be empty or not. */
  readonly untold: ReadonlySet<Told>
  /** The newest first. */
  readonly events: readonly HeardEvent[]
  readonly filter: JobFilter
  /** Id of the selected job. */
  readonly selected: string | null
  readonly overlay: 'help' | 'details' | null
  /** The result of the last key, or the reason why the daemon does not answer. */
  readonly message: string | null
  readonly now: number
  /** Turns the spinners. */
  readonly frame: number
}

type Told = 'jobs' | 'locations' | 'volumes'

/** An event, and how often it was heard lately. */
export interface HeardEvent {
  readonly event: Event
  readonly times: number
}

export const jobFilters = ['all', 'active', 'completed', 'failed'] as const
export type JobFilter = (typeof jobFilters)[number]

/** Enough to fill the tallest screen; older ones are in `job list`. */
const MAX_JOBS = 200
const MAX_EVENTS = 200
const MAX_TRANSFERS = 100
/** Lines among which an event that was heard before is counted up. */
const LATELY = 8

export function emptyState(now: number): MonitorState {
  return {
    status: null,
    locations: [],
    volumes: [],
    devices: [],
    transfers: [],
    jobs: [],
    untold: new Set(['jobs', 'locations', 'volumes']),
    events: [],
    filter: 'all',
    selected: null,
    overlay: null,
    message: null,
    now,
    frame: 0,
  }
}

/** The names of the objects that jobs and events name by id. */
export function namesIn({ locations }: MonitorState): SubjectNames {
  return new Map(locations.map(({ id, name }) => [id, name]))
}

/** The jobs the filter lets through. */
export function shownJobs({ filter, jobs }: MonitorState): readonly JobView[] {
  return jobs.filter(({ job }) => passes(job.status, filter))
}

export function selectedJob(state: MonitorState): JobView | null {
  const shown = shownJobs(state)
  return shown.find(({ job }) => job.id === state.selected) ?? shown[0] ?? null
}

export function moveSelection(state: MonitorState, step: number): MonitorState {
  const shown = shownJobs(state)
  const at = shown.findIndex((view) => view === selectedJob(state))
  const next = shown[Math.min(shown.length - 1, Math.max(0, at + step))]
  return { ...state, selected: next?.job.id ?? null }
}

export function nextFilter(state: MonitorState): MonitorState {
  const filter = jobFilters[(jobFilters.indexOf(state.filter) + 1) % jobFilters.length] ?? 'all'
  return { ...state, filter, selected: null }
}

/** The daemon's answer to one of the questions. */
export function told(state: MonitorState, what: Told, answer: Partial<MonitorState>): MonitorState {
  return { ...state, ...answer, untold: new Set([...state.untold].filter((each) => each !== what)) }
}

/** The list of the daemon. The measured rates of running jobs are kept. */
export function withJobs(state: MonitorState, jobs: readonly Job[]): MonitorState {
  return told(state, 'jobs', { jobs: jobs.map((job) => updated(state.jobs, job, state.now)) })
}

/** The state after something happened in the daemon. */
export function withEvent(state: MonitorState, event: Event): MonitorState {
  const next = isProgress(state, event) ? state : { ...state, events: withHeard(state.events, event) }
  return changed(next, event.type, event.data)
}

function changed<T extends EventType>(state: MonitorState, type: T, data: EventData<T>): MonitorState {
  return changes[type]?.(state, data) ?? state
}

/** The events that change more on the screen than the list of events. */
const changes: { readonly [T in EventType]?: (state: MonitorState, data: EventData<T>) => MonitorState } = {
  'job.queued': withJob,
  'job.started': withJob,
  'job.progressed': withJob,
  'job.paused': withJob,
  'job.ended': withJob,
  'job.warned': withFailure,
  'location.added': withLocation,
  'location.updated': withLocation,
  'location.state-changed': (state, { error, locationId, state: now }) => ({
    ...state,
    locations: state.locations.map((location) =>
      location.id === locationId ? { ...location, state: now, error } : location,
    ),
  }),
  'location.removed': (state, { locationId }) => ({
    ...state,
    locations: state.locations.filter(({ id }) => id !== locationId),
  }),
  'volume.added': withVolume,
  'volume.updated': withVolume,
  'volume.speed-tested': withVolume,
  'volume.removed': (state, { fingerprint }) => ({
    ...state,
    volumes: state.volumes.map((volume) =>
      volume.fingerprint === fingerprint ? { ...volume, online: false } : volume,
    ),
  }),
  'transfer.changed': (state, transfer) => ({ ...state, transfers: withTransfer(state.transfers, transfer) }),
  'device.paired': withDevice,
  'device.connected': withDevice,
  'device.updated': withDevice,
  'device.disconnected': (state, { deviceId }) => ({
    ...state,
    devices: state.devices.map((device) =>
      device.id === deviceId ? { ...device, state: 'disconnected', path: null, latencyMs: null } : device,
    ),
  }),
  'device.revoked': (state, { deviceId }) => ({
    ...state,
    devices: state.devices.filter(({ id }) => id !== deviceId),
  }),
}

function withLocation(state: MonitorState, location: Location): MonitorState {
  return { ...state, locations: placed(state.locations, location, ({ id }) => id) }
}

function withVolume(state: MonitorState, volume: Volume): MonitorState {
  return { ...state, volumes: placed(state.volumes, volume, ({ fingerprint }) => fingerprint) }
}

function withDevice(state: MonitorState, device: NetworkDevice): MonitorState {
  return { ...state, devices: placed(state.devices, device, ({ id }) => id) }
}

/** Progress arrives many times a second; it gets no line of its own. */
function isProgress({ transfers }: MonitorState, event: Event): boolean {
  if (event.type === 'job.progressed') return true
  if (event.type !== 'transfer.changed') return false
  return transfers.some(({ id, state }) => id === event.data.id && state === event.data.state)
}

/** The newest first, those that have ended last. */
function withTransfer(transfers: readonly Transfer[], transfer: Transfer): Transfer[] {
  const others = transfers.filter(({ id }) => id !== transfer.id)
  return [transfer, ...others]
    .toSorted(
      (a, b) => Number(a.endedAt !== null) - Number(b.endedAt !== null) || b.createdAt.localeCompare(a.createdAt),
    )
    .slice(0, MAX_TRANSFERS)
}

function withHeard(events: readonly HeardEvent[], event: Event): HeardEvent[] {
  // Two folders that change all the time take turns, so not only the last line is looked at.
  const at = events.findIndex((heard, index) => index < LATELY && eventKey(heard.event) === eventKey(event))
  const before = events[at]
  const heard = { event, times: before ? before.times + 1 : 1 }
  return [heard, ...(before ? events.toSpliced(at, 1) : events)].slice(0, MAX_EVENTS)
}

/** Events with one key read the same; a folder that changes all the time is one line. */
function eventKey({ data, type }: Event): string {
  if (type === 'sidecars.changed') return `${type} ${data.kind} ${data.state}`
  // The `path` of a device is its connection, direct or by relay, so it does not identify the device.
  if (type === 'device.paired' || type === 'device.connected' || type === 'device.updated') return `${type} ${data.id}`
  return `${type} ${'path' in data ? data.path : JSON.stringify(data)}`
}

/** The list with `item` in the place of the one it replaces, or at the end. */
function placed<T>(items: readonly T[], item: T, key: (item: T) => string): T[] {
  const at = items.findIndex((other) => key(other) === key(item))
  return at < 0 ? [...items, item] : items.with(at, item)
}

function withJob(state: MonitorState, job: Job): MonitorState {
  const known = state.jobs.some((view) => view.job.id === job.id)
  const view = updated(state.jobs, job, state.now)
  const jobs = known
    ? state.jobs.map((other) => (other.job.id === job.id ? view : other))
    : [view, ...state.jobs].slice(0, MAX_JOBS)
  return { ...state, jobs }
}

function withFailure(
  state: MonitorState,
  { jobId, message, path }: { jobId: string; message: string; path: string | null },
): MonitorState {
  const lastFailure = path === null ? message : `${path}: ${message}`
  return { ...state, jobs: state.jobs.map((view) => (view.job.id === jobId ? { ...view, lastFailure } : view)) }
}

function updated(views: readonly JobView[], job: Job, now: number): JobView {
  const before = views.find((view) => view.job.id === job.id)
  return before ? nextView(before, job, now) : firstView(job, now)
}

function passes(status: JobStatus, filter: JobFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'active':
      return status === 'queued' || status === 'running' || status === 'paused'
    case 'completed':
      return status === 'completed'
    case 'failed':
      return status === 'failed' || status === 'cancelled'
  }
}
