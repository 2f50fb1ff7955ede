import type { Event } from '@spacedrive/core/events'
import { errorMessage } from '@spacedrive/core/errors'
import type { Session } from '../session.ts'
import {
  type MonitorState,
  emptyState,
  moveSelection,
  nextFilter,
  selectedJob,
  told,
  withEvent,
  withJobs,
} from './state.ts'

/** How often the figures that no event announces, such as memory and counts, are asked for. */
const REFRESH_MS = 2_000
/** Spinners turn and "5 s ago" counts on. */
const TICK_MS = 250
/** One screenful and more. */
const LISTED_JOBS = 100
/** The second `c` must come within this time. */
const CONFIRM_MS = 3_000

/** Keeps the state of the monitor: applies events, requests the other data, and handles keys. */
export class MonitorController implements Disposable {
  readonly #session: Session
  readonly #listeners = new Set<() => void>()
  readonly #timers: readonly NodeJS.Timeout[]
  #state: MonitorState
  #exit: () => void = () => {}
  #cancelAsked: { readonly jobId: string; readonly at: number } | null = null

  constructor(session: Session) {
    this.#session = session
    this.#state = emptyState(Date.now())
    this.#timers = [
      setInterval(() => this.#change((state) => ({ ...state, now: Date.now(), frame: state.frame + 1 })), TICK_MS),
      setInterval(() => this.#refreshFigures(), REFRESH_MS),
    ]
    this.refresh()
  }

  readonly state = (): MonitorState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** `exit` is called when a key says so. */
  onExit(exit: () => void): void {
    this.#exit = exit
  }

  heard(event: Event): void {
    this.#change((state) => withEvent(state, event))
  }

  /** Nothing more will be heard. */
  lost(): void {
    this.#say('the daemon has stopped; q leaves')
  }

  /** Asks the daemon for everything. */
  refresh(): void {
    const session = this.#session
    this.#refreshFigures()
    this.#ask(async () => {
      const jobs = await session.query('jobs.list', { limit: LISTED_JOBS })
      this.#change((state) => withJobs(state, jobs))
    })
    this.#ask(async () => {
      const volumes = await session.query('volumes.list', {})
      this.#change((state) => told(state, 'volumes', { volumes }))
    })
    this.#ask(async () => {
      const transfers = await session.query('transfers.list', {})
      this.#change((state) => ({ ...state, transfers }))
    })
  }

  /** Handles a key. Letters are passed as themselves, other keys by name. */
  press(key: string): void {
    if (key !== 'c') this.#change((state) => ({ ...state, message: null }))
    switch (key) {
      case 'q':
      case 'escape':
        if (this.#state.overlay === null) this.#exit()
        else this.#change((state) => ({ ...state, overlay: null }))
        break
      case '?':
      case 'h':
        this.#change((state) => ({ ...state, overlay: state.overlay === 'help' ? null : 'help' }))
        break
      case 'enter':
        this.#change((state) => ({ ...state, overlay: state.overlay === 'details' ? null : 'details' }))
        break
      case 'up':
      case 'k':
        this.#change((state) => moveSelection(state, -1))
        break
      case 'down':
      case 'j':
        this.#change((state) => moveSelection(state, 1))
        break
      case 'f':
        this.#change(nextFilter)
        break
      case 'r':
        this.refresh()
        break
      case 'p':
        this.#pauseOrResume()
        break
      case 'c':
        this.#cancel()
        break
      default:
    }
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  #pauseOrResume(): void {
    const job = selectedJob(this.#state)?.job
    if (!job) return
    const action = job.status === 'paused' ? 'jobs.resume' : 'jobs.pause'
    this.#ask(async () => {
      await this.#session.action(action, { job: job.id })
      this.#say(action === 'jobs.pause' ? `pausing ${job.name}` : `going on with ${job.name}`)
    })
  }

  #cancel(): void {
    const job = selectedJob(this.#state)?.job
    if (!job) return
    const asked = this.#cancelAsked
    if (asked?.jobId !== job.id || Date.now() - asked.at > CONFIRM_MS) {
      this.#cancelAsked = { jobId: job.id, at: Date.now() }
      this.#say(`press c again to cancel ${job.name}`)
      return
    }
    this.#cancelAsked = null
    this.#ask(async () => {
      await this.#session.action('jobs.cancel', { job: job.id })
      this.#say(`cancelling ${job.name}`)
    })
  }

  /** Values that change without an event. */
  #refreshFigures(): void {
    this.#ask(async () => {
      const status = await this.#session.query('system.status', {})
      this.#change((state) => ({ ...state, status }))
    })
    this.#ask(async () => {
      const locations = await this.#session.query('locations.list', {})
      this.#change((state) => told(state, 'locations', { locations }))
    })
    this.#ask(async () => {
      const devices = await this.#session.query('network.devices', {})
      this.#change((state) => ({ ...state, devices }))
    })
  }

  /** A question that fails is said on the screen; the monitor goes on. */
  #ask(question: () => Promise<void>): void {
    question().catch((err: unknown) => this.#say(errorMessage(err)))
  }

  #say(message: string): void {
    this.#change((state) => ({ ...state, message }))
  }

  #change(next: (state: MonitorState) => MonitorState): void {
    this.#state = next(this.#state)
    for (const listener of this.#listeners) listener()
  }
}
