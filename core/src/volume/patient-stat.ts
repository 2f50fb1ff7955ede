import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { reachable } from '../util/reachable-path.ts'
import { displayName, fsPath, type RawName } from '../util/file-name.ts'
import { orAborted } from './deadline.ts'

/** If a server needs longer to answer for a folder, it counts as not answering. */
const ANSWER_MS = 10_000

export interface PatientStatOptions {
  readonly answerMs?: number
  /** The `lstat` to use; tests replace it. */
  readonly ask?: (path: RawName) => Promise<BigIntStats>
}

interface LookOptions {
  readonly signal?: AbortSignal | undefined
  readonly fileSystem?: string | null
}

/**
 * `lstat` for paths on file systems that may never answer. Each hanging call blocks one of this process's few file
 * threads for good. So if a path has not answered, no second call is made for it: later callers wait for the first
 * one.
 */
export class PatientStat {
  readonly #answerMs: number
  readonly #ask: (path: RawName) => Promise<BigIntStats>
  readonly #pending = new Map<string, Promise<BigIntStats>>()
  /** The last call for each file system that may hang. */
  readonly #last = new Map<string, Promise<unknown>>()

  constructor({ answerMs = ANSWER_MS, ask = askSystem }: PatientStatOptions = {}) {
    this.#answerMs = answerMs
    this.#ask = ask
  }

  /**
   * `fileSystem` names a file system that may hang. Its calls run one at a time, so that they block only one thread.
   * Throws the system's error, `Timeout` if there is no answer, or `Cancelled`.
   */
  look(path: RawName, { signal, fileSystem = null }: LookOptions = {}): Promise<BigIntStats> {
    const limit = AbortSignal.timeout(this.#answerMs)
    const shown = displayName(path)
    return orAborted(
      this.#asked(path, fileSystem),
      signal ? AbortSignal.any([signal, limit]) : limit,
      `looking at ${shown}`,
    )
  }

  #asked(path: RawName, fileSystem: string | null): Promise<BigIntStats> {
    const key = Buffer.from(fsPath(path)).toString('latin1')
    let asked = this.#pending.get(key)
    if (!asked) {
      asked = (fileSystem === null ? this.#ask(path) : this.#inTurn(path, fileSystem)).finally(() =>
        this.#pending.delete(key),
      )
      this.#pending.set(key, asked)
    }
    return asked
  }

  #inTurn(path: RawName, fileSystem: string): Promise<BigIntStats> {
    const before = this.#last.get(fileSystem) ?? Promise.resolve()
    const asked = before.then(() => this.#ask(path))
    const done = asked.catch(() => {})
    this.#last.set(fileSystem, done)
    void done.finally(() => {
      if (this.#last.get(fileSystem) === done) this.#last.delete(fileSystem)
    })
    return asked
  }
}

async function askSystem(path: RawName): Promise<BigIntStats> {
  using short = reachable(path)
  return await lstat(fsPath(short.path), { bigint: true })
}
