import { type Profiler, Session } from 'node:inspector'

/** Newly covered code: by function, the characters that were executed for the first time. */
export type Discovery = ReadonlyMap<string, readonly number[]>

/**
 * Which code ran, by the counters that V8 keeps for every block. It needs no instrumented copy of the sources, and also
 * sees the packages that a parser uses. Reading the counters takes about a millisecond, whatever ran before.
 */
export class Coverage {
  readonly #session = new Session()
  #guides: readonly string[] = []
  /** By function: for each of its characters, whether it ran. */
  readonly #known = new Map<string, Uint8Array>()
  #blocks = 0

  /** Begin before the code is loaded: V8 counts only calls, not blocks, of a module that was loaded earlier. */
  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** From now on, only modules whose address begins with one of these are looked at. */
  guideBy(guides: readonly string[]): void {
    this.#guides = guides
  }

  /** Blocks that have run so far. */
  get blocks(): number {
    return this.#blocks
  }

  /** What has run for the first time since the last call. It counts as known from now on. */
  discover(): Discovery {
    const found = new Map<string, number[]>()
    for (const { key, marks } of this.#ran()) {
      const known = this.#knownOf(key, marks.length)
      const offsets = [...marks.keys()].filter((offset) => marks[offset] === 1 && known[offset] === 0)
      if (offsets.length === 0) continue
      found.set(key, offsets)
      for (const offset of offsets) known[offset] = 1
      this.#blocks += runsOf(offsets)
    }
    return found
  }

  /** Whether something has run since the last call that is not known. It stays unknown. */
  hasUnknown(): boolean {
    return this.#ran().some(({ key, marks }) => {
      const known = this.#knownOf(key, marks.length)
      return marks.some((mark, offset) => mark === 1 && known[offset] === 0)
    })
  }

  /** Whether all of it has run since the last call of any method. */
  hasRun(discovery: Discovery): boolean {
    const ran = new Map(this.#ran().map(({ key, marks }) => [key, marks]))
    return [...discovery].every(([key, offsets]) => offsets.every((offset) => ran.get(key)?.[offset] === 1))
  }

  /** Forgets what ran since the last call. */
  skip(): void {
    this.#take()
  }

  /** Addresses of the sources that guide and have been loaded. */
  sources(): string[] {
    return this.#take().map(({ url }) => url)
  }

  [Symbol.dispose](): void {
    this.#session.disconnect()
  }

  #knownOf(key: string, length: number): Uint8Array {
    const known = this.#known.get(key) ?? new Uint8Array(length)
    this.#known.set(key, known)
    return known
  }

  #ran(): { readonly key: string; readonly marks: Uint8Array }[] {
    return this.#take().flatMap(({ url, functions }) =>
      functions
        .filter(({ ranges }) => ranges[0]!.count > 0)
        .map(({ ranges }) => ({
          key: `${url}:${ranges[0]!.startOffset}:${ranges[0]!.endOffset}`,
          marks: marksOf(ranges),
        })),
    )
  }

  /** In this thread the answer comes before `post` returns. */
  #take(): readonly Profiler.ScriptCoverage[] {
    let scripts: readonly Profiler.ScriptCoverage[] = []
    this.#session.post('Profiler.takePreciseCoverage', (err, answer) => {
      if (err) throw err
      scripts = answer.result
    })
    return scripts.filter(({ url }) => this.#guides.some((guide) => url.startsWith(guide)))
  }
}

/** Ranges come from the outside in: the count of an inner one holds for its characters. */
function marksOf(ranges: readonly Profiler.CoverageRange[]): Uint8Array {
  const { startOffset: start, endOffset: end } = ranges[0]!
  const marks = new Uint8Array(end - start)
  for (const { count, endOffset, startOffset } of ranges)
    marks.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start)
  return marks
}

/** Into how many pieces without a gap these characters fall. */
function runsOf(offsets: readonly number[]): number {
  return offsets.filter((offset, index) => index === 0 || offsets[index - 1] !== offset - 1).length
}
