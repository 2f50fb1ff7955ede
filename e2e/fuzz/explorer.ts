import { type Coverage, type Discovery } from './coverage.ts'
import { mutate, pick, type Random } from './mutate.ts'
import type { FuzzTarget, Outcome } from './target.ts'

export interface ExplorerDeps {
  readonly target: FuzzTarget
  readonly coverage: Coverage
  readonly tokens: readonly Uint8Array[]
  readonly random: Random
  /** Called with each input before it runs, so that it is known if it never ends. */
  readonly announce: (bytes: Uint8Array) => void
  readonly found: (finding: Finding) => void
  readonly kept: (bytes: Uint8Array) => void
}

export type Novelty = 'code' | 'outcome' | 'nothing'

export interface Finding {
  readonly bytes: Uint8Array
  /** The error with its stack. */
  readonly error: string
}

/** Inputs between two readings of the counters. A reading costs as much as a hundred short runs. */
const RUNS_PER_READING = 64
/** An input that takes longer than this in its thread is a finding: inputs are at most a few kilobytes. */
export const MAX_CPU_MS = 1_000
/** Attempts to make an input shorter that is kept or reported. */
const SHRINK_ATTEMPTS = 48
/** Ways to read an input that are told apart; targets with more say too much about values. */
const MAX_OUTCOMES = 400
/** Findings of one target that are reported; the rest is nearly always one of them again. */
const MAX_FINDINGS = 8
/** One mutation in three is of an input that was found lately. */
const RECENT_SHARE = 0.33
const RECENT_INPUTS = 16

/**
 * Looks for inputs that reach new code: it changes inputs of the corpus at random, and keeps those that run a block, or
 * give an outcome, that no input had before.
 */
export class Explorer {
  readonly #deps: ExplorerDeps
  readonly #corpus: Uint8Array[] = []
  readonly #outcomes = new Set<string>()
  readonly #signatures = new Set<string>()
  #runs = 0
  #slowestMs = 0

  constructor(deps: ExplorerDeps) {
    this.#deps = deps
  }

  get runs(): number {
    return this.#runs
  }

  get slowestMs(): number {
    return this.#slowestMs
  }

  /** Runs an input that is known. Returns what it did that no earlier one did. */
  async learn(bytes: Uint8Array): Promise<Novelty> {
    this.#deps.coverage.skip()
    const outcome = await this.#run(bytes)
    const isNewOutcome = this.#noteOutcome(outcome)
    const isNewCode = this.#deps.coverage.discover().size > 0
    if (isNewOutcome || isNewCode) this.#corpus.push(bytes)
    if (isNewCode) return 'code'
    return isNewOutcome ? 'outcome' : 'nothing'
  }

  /** Tries one batch of changed inputs. */
  async exploreBatch(): Promise<void> {
    const { coverage } = this.#deps
    const batch = Array.from({ length: RUNS_PER_READING }, () => this.#mutated())
    coverage.skip()
    for (const bytes of batch) {
      const outcome = await this.#run(bytes)
      if (this.#noteOutcome(outcome)) this.#keep(await this.#shrunk(bytes, (shorter) => this.#gives(shorter, outcome)))
    }
    if (!coverage.hasUnknown()) return
    for (const bytes of batch) await this.#keepIfNew(bytes)
  }

  async #keepIfNew(bytes: Uint8Array): Promise<void> {
    const { coverage } = this.#deps
    coverage.skip()
    await this.#run(bytes)
    const discovery = coverage.discover()
    if (discovery.size > 0) this.#keep(await this.#shrunk(bytes, (shorter) => this.#reaches(shorter, discovery)))
  }

  #keep(bytes: Uint8Array): void {
    this.#corpus.push(bytes)
    this.#deps.kept(bytes)
  }

  #mutated(): Uint8Array {
    const { random, target, tokens } = this.#deps
    const isRecent = random() < RECENT_SHARE
    const bytes = pick(isRecent ? this.#corpus.slice(-RECENT_INPUTS) : this.#corpus, random) ?? new Uint8Array()
    const other = pick(this.#corpus, random) ?? new Uint8Array()
    return mutate({ bytes, other, tokens, random, maxBytes: target.maxBytes })
  }

  async #reaches(bytes: Uint8Array, discovery: Discovery): Promise<boolean> {
    this.#deps.coverage.skip()
    await this.#run(bytes)
    return this.#deps.coverage.hasRun(discovery)
  }

  async #gives(bytes: Uint8Array, outcome: Outcome): Promise<boolean> {
    return (await this.#run(bytes)) === outcome
  }

  #noteOutcome(outcome: Outcome): boolean {
    if (outcome === undefined || this.#outcomes.has(outcome) || this.#outcomes.size >= MAX_OUTCOMES) return false
    this.#outcomes.add(outcome)
    return true
  }

  /** Runs one input. An error, or too much time, is reported once for each place that it comes from. */
  async #run(bytes: Uint8Array): Promise<Outcome> {
    const { outcome, error } = await this.#attempt(bytes)
    if (error === undefined) return outcome
    const signature = signatureOf(error)
    if (this.#signatures.has(signature) || this.#signatures.size >= MAX_FINDINGS) return undefined
    this.#signatures.add(signature)
    const shortest = await this.#shrunk(bytes, async (shorter) => {
      const again = await this.#attempt(shorter)
      return again.error !== undefined && signatureOf(again.error) === signature
    })
    this.#deps.found({ bytes: shortest, error })
    return undefined
  }

  async #attempt(bytes: Uint8Array): Promise<{ readonly outcome?: Outcome; readonly error?: string }> {
    this.#runs++
    this.#deps.announce(bytes)
    // The target may keep or change what it is given.
    const own = Uint8Array.from(bytes)
    const before = process.threadCpuUsage()
    try {
      const outcome = await this.#deps.target.run(own)
      const { user, system } = process.threadCpuUsage(before)
      const ms = (user + system) / 1000
      this.#slowestMs = Math.max(this.#slowestMs, ms)
      return ms > MAX_CPU_MS
        ? { error: `Slow: an input of ${bytes.length} bytes took ${Math.round(ms)} ms` }
        : { outcome }
    } catch (err) {
      return { error: err instanceof Error ? (err.stack ?? err.message) : String(err) }
    }
  }

  /** The input without the pieces that `stillDoes` does not need. */
  async #shrunk(bytes: Uint8Array, stillDoes: (shorter: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
    let best = bytes
    let attempts = 0
    for (let piece = best.length >> 1; piece > 0 && attempts < SHRINK_ATTEMPTS; piece >>= 1) {
      for (let at = 0; at < best.length && attempts < SHRINK_ATTEMPTS; attempts++) {
        const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + piece)])
        if (await stillDoes(shorter)) best = shorter
        else at += piece
      }
    }
    return best
  }
}

/** The kind of error and the first place of this project that it passed. */
function signatureOf(error: string): string {
  const [first = '', ...frames] = error.split('\n')
  const frame = frames.find(
    (line) => /\/(core|daemon|cli|client|web|e2e)\//.test(line) && !line.includes('node_modules'),
  )
  return `${first.replaceAll(/[^A-Za-z ]/g, '').slice(0, MAX_SIGNATURE)}${frame?.trim() ?? ''}`
}

const MAX_SIGNATURE = 80
