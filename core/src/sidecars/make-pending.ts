import type { EntryReader, PlacedEntry } from '../files/index.ts'
import type { ProgressUpdate } from '../jobs/index.ts'
import type { ErrorCode } from '../util/errors.ts'
import { parsePath } from '../util/file-name.ts'
import type { Generator, SidecarInput } from './generators/index.ts'
import { type MakeDeps, makeSidecars } from './make-sidecars.ts'
import { type SidecarKey, sidecarPath } from './paths.ts'
import type { Source } from './sidecar-child.ts'
import type { SidecarRows } from './rows/sidecar-rows.ts'
import type { Outcomes, PendingContent } from './rows/work-rows.ts'

export interface MakePendingDeps extends MakeDeps {
  readonly rows: SidecarRows
  readonly reader: EntryReader
  readonly generators: readonly Generator[]
  /** Row ids of the contents that are worked on now; kept up to date. */
  readonly generating: Set<number>
  /** Told one of the files that are in their place. */
  readonly onMade: (key: SidecarKey) => void
  /** Called when rows of sidecars that are ready have been written. */
  onRecorded(): Promise<void>
}

export interface MakePendingHost {
  readonly signal: AbortSignal
  progress(update: ProgressUpdate): void
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
}

interface Counts {
  made: number
  failed: number
}

/** Contents read at once. */
const CONTENTS_PER_READ = 128
/** Contents whose rows are written in one transaction: what a kill makes again at the most, and a few milliseconds. */
const CONTENTS_PER_COMMIT = 16
/** What is made is seen no later than this after it, where work goes on. */
const COMMIT_MS = 500
/** Files of one content that are tried, where the first is gone or on a volume that is away. */
const MAX_SOURCES = 8

/** One run over everything that waits. */
export class PendingRun {
  readonly #deps: MakePendingDeps
  readonly #host: MakePendingHost
  readonly #counts: Counts = { made: 0, failed: 0 }
  /** Contents without a file that can be read now: they wait until somebody looks again. */
  readonly #passedOver = new Set<number>()
  /** Of the kind that is being made. */
  #kindDone = 0
  #kindTotal = 0

  constructor(deps: MakePendingDeps, host: MakePendingHost) {
    this.#deps = deps
    this.#host = host
  }

  /** The most wanted kind first, until nothing is left, also of what is queued meanwhile. */
  async run(): Promise<Counts & { waiting: number }> {
    const { rows } = this.#deps
    const generators = this.#deps.generators.toSorted((a, b) => b.priority - a.priority)
    for (let before = -1; before < this.#done;) {
      before = this.#done
      for (const generator of generators) await this.#makeKind(generator)
    }
    return { ...this.#counts, waiting: await rows.work.countPending() }
  }

  get #done(): number {
    return this.#counts.made + this.#counts.failed
  }

  async #makeKind(generator: Generator): Promise<void> {
    const { pools, rows } = this.#deps
    const { signal, progress } = this.#host
    const contents = new Upcoming((after) => rows.work.pending(generator.kind, after, CONTENTS_PER_READ))
    const first = await contents.next()
    if (!first) return
    this.#kindDone = 0
    this.#kindTotal = await rows.work.countPending(generator.kind)
    progress({ phase: generator.kind, done: 0, total: this.#kindTotal })
    // One worker that fails stops the others, which record what they have made.
    const stop = new AbortController()
    const made: Outcomes[] = []
    let committedAt = performance.now()
    const commit = async () => {
      committedAt = performance.now()
      if (made.length > 0) await this.#record(made.splice(0))
    }
    const work = async (begin: PendingContent | null) => {
      try {
        for (let content = begin ?? (await contents.next()); content; content = await contents.next()) {
          signal.throwIfAborted()
          if (stop.signal.aborted) return
          const outcomes = await this.#make(generator, content, signal)
          if (outcomes) made.push(outcomes)
          if (made.length >= CONTENTS_PER_COMMIT || performance.now() - committedAt > COMMIT_MS) await commit()
        }
        // Others may be at something that takes long.
        await commit()
      } catch (err) {
        stop.abort()
        throw err
      }
    }
    // One waits in the queue of the processes, so that none of them waits for this thread.
    const workers = [work(first)]
    const parallel = pools.parallel(generator.pool(first))
    for (let i = 0; i < parallel; i++) workers.push(work(null))
    const settled = await Promise.allSettled(workers)
    await commit()
    const failure = settled.find((each) => each.status === 'rejected')
    if (failure) throw failure.reason
  }

  async #record(made: Outcomes[]): Promise<void> {
    const { generators, rows } = this.#deps
    await rows.work.record(made)
    const contents = made.map(({ contentRowId }) => contentRowId)
    for (const each of generators) if (each.inputs) await rows.queue.requeueOutdated(contents, each.kind, each.inputs)
    await this.#deps.onRecorded()
  }

  async #make(generator: Generator, content: PendingContent, signal: AbortSignal): Promise<Outcomes | null> {
    const { contentRowId } = content
    const { generating } = this.#deps
    if (this.#passedOver.has(contentRowId)) return null
    generating.add(contentRowId)
    try {
      const entries = await this.#entriesOf(content)
      const from = {
        sources: entries.filter(({ online }) => online).map(sourceOf),
        names: [...new Set(entries.map(({ name }) => name))],
        inputs: await this.#inputs(generator, content),
      }
      const outcomes = await makeSidecars(generator, content, from, this.#deps, signal)
      if (!outcomes) {
        this.#passedOver.add(contentRowId)
        return null
      }
      this.#count(generator, outcomes, entries[0]?.path)
      if (outcomes.outcomes.some(({ state }) => state === 'ready'))
        this.#deps.onMade({ contentId: content.contentId, kind: generator.kind, ...content.rows[0]! })
      return outcomes
    } finally {
      generating.delete(contentRowId)
    }
  }

  #count(generator: Generator, { outcomes }: Outcomes, path: string | undefined): void {
    const { progress, warn } = this.#host
    for (const { state } of outcomes) {
      if (state === 'ready') this.#counts.made++
      else this.#counts.failed++
      this.#kindDone++
    }
    const failure = outcomes.find((outcome) => outcome.state === 'failed')
    if (failure) warn({ code: failure.code as ErrorCode, message: `no ${generator.kind}: ${failure.message}`, path })
    progress({ done: this.#kindDone, total: this.#kindTotal })
  }

  /** Files that have the content, as the index knows them. */
  async #entriesOf({ contentRowId }: PendingContent): Promise<PlacedEntry[]> {
    const { rows, reader } = this.#deps
    return [...reader.byIds(await rows.work.entriesOf(contentRowId, MAX_SOURCES)).values()]
  }

  async #inputs({ inputs }: Generator, { contentId }: PendingContent): Promise<SidecarInput[]> {
    if (!inputs) return []
    const ready = (await this.#deps.rows.views.list(contentId)).filter(({ state }) => state === 'ready')
    return ready
      .filter(({ kind, source }) => inputs.includes(kind) && source === 'managed')
      .map(({ kind, variant, format }) => ({
        kind,
        variant,
        format,
        path: sidecarPath(this.#deps.root, { contentId, kind, variant, format }),
      }))
  }
}

function sourceOf({ path, pathBase64, size, modifiedAt }: PlacedEntry): Source {
  return {
    path: parsePath(pathBase64 ? `base64:${pathBase64}` : path),
    size,
    modifiedMs: Date.parse(modifiedAt),
  }
}

/** What waits, read ahead: each content is given out once. */
class Upcoming {
  readonly #read: (after: number) => Promise<PendingContent[]>
  #batch: PendingContent[] = []
  #after = 0
  #reading: Promise<void> | null = null
  #isOver = false

  constructor(read: (after: number) => Promise<PendingContent[]>) {
    this.#read = read
  }

  async next(): Promise<PendingContent | null> {
    while (this.#batch.length === 0 && !this.#isOver) {
      this.#reading ??= this.#refill().finally(() => {
        this.#reading = null
      })
      await this.#reading
    }
    return this.#batch.shift() ?? null
  }

  async #refill(): Promise<void> {
    this.#batch = await this.#read(this.#after)
    this.#after = this.#batch.at(-1)?.contentRowId ?? this.#after
    this.#isOver = this.#batch.length === 0
  }
}
