import type { JobProgress } from '../domain/job.ts'
import type { ProgressUpdate } from './define.ts'

/**
 * The time over which the rate is measured. With a shorter time, the rate would jump; with a longer time, it would
 * show changes too late.
 */
const RATE_WINDOW_MS = 5_000
/** Minimum length of a sample. A shorter one says nothing about the rate. */
const MIN_SAMPLE_MS = 50
/** If the last sample is older, the old rate says nothing about the job. */
const MAX_SAMPLE_MS = 86_400_000

/** The progress of one job, with its rate and the remaining time. Within a phase, no number decreases. */
export class ProgressMeter {
  readonly #now: () => number
  #value: JobProgress
  #sample: { at: number; done: number }

  constructor(start: JobProgress, now: () => number) {
    this.#now = now
    this.#value = { ...start, rate: null, etaMs: null }
    this.#sample = { at: now(), done: start.done }
  }

  get value(): JobProgress {
    return this.#value
  }

  update(update: ProgressUpdate): void {
    if (update.phase !== undefined && update.phase !== this.#value.phase) this.#begin(update.phase)
    const old = this.#value
    const done = Math.max(old.done, update.done ?? 0)
    const total = update.total ?? old.total
    this.#value = {
      ...old,
      done,
      etaMs: total !== null && done >= total ? 0 : old.etaMs,
      total: total === null ? null : Math.max(total, old.total ?? 0, done),
      bytes: Math.max(old.bytes, update.bytes ?? 0),
    }
  }

  /** Measures the rate since the last call. Call it at intervals that a person would notice. */
  measure(): void {
    const at = this.#now()
    // If the clock was changed, the elapsed time is unknown, so start a new sample.
    if (at < this.#sample.at || at - this.#sample.at > MAX_SAMPLE_MS) this.#sample = { at, done: this.#value.done }
    const elapsed = at - this.#sample.at
    if (elapsed < MIN_SAMPLE_MS) return
    const { done, total } = this.#value
    const current = ((done - this.#sample.done) * 1_000) / elapsed
    const weight = 1 - Math.exp(-elapsed / RATE_WINDOW_MS)
    const old = this.#value.rate
    const rate = old === null ? current : old + weight * (current - old)
    this.#sample = { at, done }
    this.#value = { ...this.#value, rate, etaMs: rate > 0 && total !== null ? ((total - done) / rate) * 1_000 : null }
  }

  /** Called when the work has ended: no time remains. */
  stop(): void {
    this.#value = { ...this.#value, etaMs: null }
  }

  #begin(phase: string): void {
    this.#value = { phase, done: 0, total: null, bytes: 0, rate: null, etaMs: null }
    this.#sample = { at: this.#now(), done: 0 }
  }
}
