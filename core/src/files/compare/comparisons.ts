import type { Comparison } from '../../domain/comparison.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, joinName, nameKey, parsePath, type RawName, shownPath } from '../../util/file-name.ts'
import { placeForReading, type PlaceDeps, shownAbsolute } from '../../volume/index.ts'
import { ProcessPool } from '../../workers/index.ts'
import type { Below, CompareReport, CompareRequest, Found, FoundPair } from './compare-trees.ts'

/** A disk that does not answer for this long ends the comparison. */
const ANSWER_MS = 60_000
/** Comparisons at a time. More would only make a hard disk seek. */
const PROCESSES = 2
/** Enough for a million files on each side. */
const HEAP_MIB = 1_400
const MEMORY_MIB = 2_000
/** Normal priority, because a user is waiting for the answer. */
const NICENESS = 0

/** Compares folders and files by content. Each comparison runs in a process, which can be ended at any time. */
export class Comparisons implements AsyncDisposable {
  readonly #deps: PlaceDeps
  readonly #pool = new ProcessPool<CompareRequest, CompareReport>({
    name: 'compare',
    entry: new URL('compare-child.ts', import.meta.url),
    processes: PROCESSES,
    memoryMiB: MEMORY_MIB,
    heapMiB: HEAP_MIB,
    niceness: NICENESS,
    box: null,
  })

  constructor(deps: PlaceDeps) {
    this.#deps = deps
  }

  /**
   * See the operation `files.compare`. Throws `InvalidInput` for one folder given twice, or for a file and a folder;
   * `NotFound`, `PermissionDenied`, `Timeout`, `Unsupported`.
   */
  async compare(input: { left: string; right: string; limit: number }, signal: AbortSignal): Promise<Comparison> {
    const given = { left: parsePath(input.left), right: parsePath(input.right) }
    const [left, right] = [await this.#place(given.left, signal), await this.#place(given.right, signal)]
    if (nameKey(left) === nameKey(right))
      throw new CoreError('InvalidInput', `both paths lead to ${displayName(left)}; compare it with another one`)
    const request = { left, right, limit: input.limit }
    const report = await this.#pool.run(request, { signal, deadlineMs: ANSWER_MS })
    const pair = (found: FoundPair) => {
      const [one, other] = [shownPath(at(given.left, found.left)), shownPath(at(given.right, found.right))]
      return {
        left: one.path,
        ...(one.pathBase64 !== undefined && { leftBase64: one.pathBase64 }),
        right: other.path,
        ...(other.pathBase64 !== undefined && { rightBase64: other.pathBase64 }),
      }
    }
    return {
      left: displayName(given.left),
      right: displayName(given.right),
      onlyLeft: report.onlyLeft.map((found) => oneSided(given.left, found)),
      onlyRight: report.onlyRight.map((found) => oneSided(given.right, found)),
      different: report.different.map(pair),
      moved: report.moved.map(pair),
      same: report.same,
      counts: report.counts,
      failures: [...report.failures],
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }

  #place(path: RawName, signal: AbortSignal): Promise<RawName> {
    shownAbsolute(path)
    return placeForReading(path, this.#deps, { deadlineMs: ANSWER_MS, signal })
  }
}

function at(top: RawName, below: Below): RawName {
  return below.length === 0 ? top : joinName(top, below)
}

function oneSided(top: RawName, { path, size }: Found) {
  return { ...shownPath(at(top, path)), size }
}
