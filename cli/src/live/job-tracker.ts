import type { Job } from '@spacedrive/core/domain'
import type { Event } from '@spacedrive/core/events'
import { type JobView, firstView, nextView } from './job-progress.ts'

/** The jobs of a library, kept up to date by their events. */
export class JobTracker {
  readonly #views = new Map<string, JobView>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** In the order they were first heard of. */
  get views(): readonly JobView[] {
    return [...this.#views.values()]
  }

  view(id: string): JobView | null {
    return this.#views.get(id) ?? null
  }

  /** Adds a job from an answer, which may be older than the latest events. */
  seen(job: Job): void {
    const before = this.#views.get(job.id)
    if (before && isOver(before.job) && !isOver(job)) return
    this.#views.set(job.id, before ? nextView(before, job, this.#now()) : firstView(job, this.#now()))
  }

  heard(event: Event): void {
    if (event.type === 'job.warned') {
      const { jobId, message, path } = event.data
      const view = this.#views.get(jobId)
      if (view) this.#views.set(jobId, { ...view, lastFailure: path === null ? message : `${path}: ${message}` })
    } else if (isJobEvent(event)) this.seen(event.data)
  }

  forget(id: string): void {
    this.#views.delete(id)
  }
}

/** A retried job is a running one again, so it is the status that counts. */
export function isOver({ status }: Pick<Job, 'status'>): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

/** The events that a tracker needs. */
export const jobEventTypes = [
  'job.queued',
  'job.started',
  'job.progressed',
  'job.paused',
  'job.ended',
  'job.warned',
] as const

type JobEvent = Extract<Event, { data: Job }>

/** Whether the event carries the job as it is now. */
export function isJobEvent(event: Event): event is JobEvent {
  return event.type.startsWith('job.') && event.type !== 'job.warned'
}
