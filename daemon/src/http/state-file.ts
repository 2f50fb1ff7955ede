import { CoreError } from '@spacedrive/core'
import { writeFileAtomically } from '@spacedrive/core/write-file'

export interface StateFileOptions {
  readonly path: string
  /** Returns the state as text, when the file is about to be written. */
  readonly content: () => string
}

/**
 * The file of a store that keeps its state in memory. Writes are made one after the other, so an older state never
 * replaces a newer one. Once disposed of, the file belongs to the next store: nothing more is written.
 */
export class StateFile implements AsyncDisposable {
  readonly path: string
  readonly #content: () => string
  #writing: Promise<unknown> = Promise.resolve()
  #isOver = false

  constructor({ content, path }: StateFileOptions) {
    this.path = path
    this.#content = content
  }

  /** Throws `Unavailable` after disposal. Call it before a change that must not be made without being kept. */
  check(): void {
    if (this.#isOver) throw new CoreError('Unavailable', `${this.path} is closed; try again`)
  }

  /** Returns when the present state is in the file. Throws like `check`, and the error of the system. */
  async save(): Promise<void> {
    this.check()
    const written = this.#writing.then(() => writeFileAtomically(this.path, this.#content()))
    this.#writing = written.catch(() => {})
    await written
  }

  /** Returns after the last write. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#writing
  }
}
