import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { reachable } from '../util/reachable-path.ts'
import { displayName, fsPath, type RawName } from '../util/file-name.ts'
import { orAborted } from './deadline.ts'

/** A server that needs longer to tell about one folder is as good as gone. */
const ANSWER_MS = 10_000

export interface PatientStatOptions {
  readonly answerMs?: number
  /** `lstat` of the system, or what a test has in its place. */
  readonly ask?: (path: RawName) => Promise<BigIntStats>
}

/**
 * `lstat` for paths behind file systems that may never answer. Each call that hangs holds one of this process's few file
 * threads for good, so a path that has not answered is not asked again: whoever asks next waits for the same answer.
 */
export class PatientStat {
  readonly #answerMs: number
  readonly #ask: (path: RawName) => Promise<BigIntStats>
  readonly #pending = new Map<string, Promise<BigIntStats>>()

  constructor({ answerMs = ANSWER_MS, ask = askSystem }: PatientStatOptions = {}) {
    this.#answerMs = answerMs
    this.#ask = ask
  }

  /** Throws the system's error, `Timeout` where there is no answer, and `Cancelled`. */
  look(path: RawName, signal?: AbortSignal): Promise<BigIntStats> {
    const limit = AbortSignal.timeout(this.#answerMs)
    const shown = displayName(path)
    return orAborted(this.#asked(path), signal ? AbortSignal.any([signal, limit]) : limit, `looking at ${shown}`)
  }

  #asked(path: RawName): Promise<BigIntStats> {
    const key = Buffer.from(fsPath(path)).toString('latin1')
    let asked = this.#pending.get(key)
    if (!asked) {
      asked = this.#ask(path).finally(() => this.#pending.delete(key))
      this.#pending.set(key, asked)
    }
    return asked
  }
}

async function askSystem(path: RawName): Promise<BigIntStats> {
  using short = reachable(path)
  return await lstat(fsPath(short.path), { bigint: true })
}
