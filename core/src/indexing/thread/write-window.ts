import type { EntryWriter } from './entry-writer.ts'
import type { ScanHost } from './scan-request.ts'

/** After this many rows or milliseconds, the transaction is committed, so that others may write. */
const MAX_ROWS_PER_TRANSACTION = 8_192
export const MAX_TRANSACTION_MS = 40

/** A transaction under the write lease: opened for the first row, committed when it is large or old enough. */
export class WriteWindow implements Disposable {
  readonly #writer: EntryWriter
  readonly #host: ScanHost
  #lease: Disposable | null = null
  #openedAt = 0
  #rows = 0

  constructor(writer: EntryWriter, host: ScanHost) {
    this.#writer = writer
    this.#host = host
  }

  get isOpen(): boolean {
    return this.#lease !== null
  }

  get isDue(): boolean {
    return (
      this.isOpen &&
      (this.#rows >= MAX_ROWS_PER_TRANSACTION || performance.now() - this.#openedAt >= MAX_TRANSACTION_MS)
    )
  }

  async open(): Promise<void> {
    if (this.#lease) return
    this.#lease = await this.#host.lease()
    this.#openedAt = performance.now()
    this.#writer.begin()
  }

  count(rows: number): void {
    this.#rows += rows
  }

  /** Commits, reports the changes, and passes the lease to the next writer. */
  commit(): void {
    if (!this.#lease) return
    this.#host.committed(this.#writer.commit())
    this.#close()
  }

  /** Rolls back everything that was not committed. */
  [Symbol.dispose](): void {
    if (!this.#lease) return
    try {
      this.#writer.rollback()
    } finally {
      this.#close()
    }
  }

  #close(): void {
    this.#lease?.[Symbol.dispose]()
    this.#lease = null
    this.#rows = 0
  }
}

/** Does some work in one transaction under the write lease, and reports the rows it touched. */
export async function inTransaction<T>(
  { writer, host }: { writer: EntryWriter; host: ScanHost },
  work: () => T,
): Promise<T> {
  using _lease = await host.lease()
  writer.begin()
  try {
    const result = work()
    host.committed(writer.commit())
    return result
  } catch (err) {
    writer.rollback()
    throw err
  }
}
