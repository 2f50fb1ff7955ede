import type { DeviceId, Job, JobStatus, LibraryId } from '../../domain/index.ts'
import type { Event, EventBus, EventType, Missed } from '../../events/index.ts'
import { errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import type { Grants } from '../grants/grants.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { answering, askDevice } from '../wire/rpc.ts'
import { toldSentence } from '../wire/told-error.ts'
import { type JobEvent, JobEvent as JobEventSchema, JobEventsAsked, jobActivity, jobEvents } from './protocol.ts'
import { type IsMember, type NetworkLibrary, visibleLibraries } from './shared-libraries.ts'

export interface RemoteJobsDeps {
  readonly peers: Peers
  readonly grants: Grants
  readonly clock: Clock
  readonly libraries: () => readonly NetworkLibrary[]
  readonly isMember: IsMember
  readonly events: EventBus
  readonly log: Logger
}

export interface ListRemoteJobs {
  readonly device: DeviceId
  /** Null means all libraries whose jobs this device may see there. */
  readonly library: LibraryId | null
  readonly status: JobStatus | null
  readonly limit: number
}

/** How long changes are reported after the jobs of a device were listed, in milliseconds. */
export const LISTEN_MS = 60_000

/** Reads the jobs of other devices, and serves those of this device. */
export class RemoteJobs {
  readonly #deps: RemoteJobsDeps
  readonly #listening = new Map<DeviceId, { until: number; readonly stop: AbortController }>()

  constructor(deps: RemoteJobsDeps) {
    this.#deps = deps
    const { grants, peers } = deps
    peers.handle(
      answering(jobActivity, {
        list: async ({ library, limit, status }, { id }) => {
          const visible = visibleLibraries(deps.libraries(), { device: id, grants, isMember: deps.isMember })
          return visible
            .filter((each) => library === null || each.id === library)
            .flatMap((each) => each.jobs.list({ status: status ?? undefined, limit }))
            .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
            .slice(0, limit)
            .map(toldJob)
        },
      }),
    )
    peers.handle({ protocol: jobEvents, serve: (stream, peer, signal) => this.#tell(stream, peer, signal) })
  }

  /**
   * The jobs of another device, the newest first. For a minute, `device.job-changed` then reports their changes. Throws
   * the errors of `Peers.reach`, and `NotAuthorised` if this device may see no jobs there.
   */
  async list({ device, ...input }: ListRemoteJobs, signal: AbortSignal): Promise<Job[]> {
    const jobs = await askDevice(this.#deps.peers, { device, rpc: jobActivity, verb: 'list', input }, signal)
    this.#listen(device)
    return jobs
  }

  #listen(device: DeviceId): void {
    const until = this.#deps.clock.ticks() + LISTEN_MS
    const known = this.#listening.get(device)
    if (known) {
      known.until = until
      return
    }
    const peer = this.#deps.peers.get(device)
    if (!peer) return
    const listening = { until, stop: new AbortController() }
    this.#listening.set(device, listening)
    this.#endLater(listening)
    void this.#hear(peer, AbortSignal.any([listening.stop.signal, peer.signal]))
      .catch((err: unknown) => {
        if (!listening.stop.signal.aborted)
          this.#deps.log.debug({ device: peer.name, err }, `jobs of a device are not heard of: ${errorMessage(err)}`)
      })
      .finally(() => {
        listening.stop.abort()
        this.#listening.delete(device)
      })
  }

  #endLater(listening: { readonly until: number; readonly stop: AbortController }): void {
    const { clock } = this.#deps
    if (listening.stop.signal.aborted) return
    const leftMs = listening.until - clock.ticks()
    if (leftMs <= 0) listening.stop.abort()
    else clock.after(leftMs, () => this.#endLater(listening))
  }

  async #hear(peer: Peer, signal: AbortSignal): Promise<void> {
    const stream = await peer.open(jobEvents, signal)
    const end = () => stream.abort()
    signal.addEventListener('abort', end, { once: true })
    try {
      await stream.send({ library: null })
      for (;;) {
        const event = await stream.receive(JobEventSchema)
        if (event === null) return
        this.#deps.events.emit('device.job-changed', { deviceId: peer.id, ...event })
      }
    } finally {
      signal.removeEventListener('abort', end)
      stream.abort()
    }
  }

  /** Serves one listener. Checks its permissions before each event, so that a withdrawn grant takes effect at once. */
  async #tell(stream: FrameStream, { id }: Peer, signal: AbortSignal): Promise<void> {
    const { events, grants, isMember, libraries } = this.#deps
    const asked = await stream.receive(JobEventsAsked)
    if (!asked) return
    visibleLibraries(libraries(), { device: id, grants, isMember })
    const ended = new AbortController()
    // The listener sends no second message, so the next receive is the end of the stream.
    void stream.receive(JobEventsAsked).then(
      () => ended.abort(),
      () => ended.abort(),
    )
    using heard = events.stream({ types: JOB_EVENTS }, { signal: AbortSignal.any([signal, ended.signal]) })
    for await (const event of heard) {
      if (!isJobEvent(event) || event.libraryId === null) continue
      const { libraryId } = event
      if (asked.library !== null && asked.library !== libraryId) continue
      const visible = visibleLibraries(libraries(), { device: id, grants, isMember })
      if (visible.some((library) => library.id === libraryId)) {
        await stream.send({ libraryId, job: toldJob(event.data) } satisfies JobEvent)
      }
    }
  }
}

/** A job as other devices see it: without the paths and the free space of this device. */
function toldJob(job: Job): Job {
  const error = job.error && { code: job.error.code, message: toldSentence(job.error.code) }
  return job.waiting === undefined ? { ...job, error } : { ...job, error, waiting: WAITING }
}

const WAITING = 'waiting: its device shows the reason'

const JOB_EVENTS = [
  'job.queued',
  'job.started',
  'job.progressed',
  'job.paused',
  'job.ended',
] as const satisfies readonly EventType[]
const jobEventTypes: ReadonlySet<string> = new Set(JOB_EVENTS)

function isJobEvent(event: Event | Missed): event is Extract<Event, { type: (typeof JOB_EVENTS)[number] }> {
  return jobEventTypes.has(event.type)
}
