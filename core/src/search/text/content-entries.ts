import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { type RowStatement, withTuples } from '../../db/typed-rows.ts'
import { readNumbers } from './number-list.ts'

/**
 * The entries of each content, for a whole library in memory. It is needed for searches with many matching texts:
 * asking the database for the entries of each text would take longer than the search itself.
 */
export class ContentEntries {
  readonly #version: StatementSync
  readonly #read: RowStatement<[contents: Uint8Array | null, entries: Uint8Array | null]>
  #asOf = -1
  /** Row ids of contents, ascending; a content with several entries occurs several times. */
  contents = new Float64Array(0)
  /** Row ids of entries: `entries[i]` has the content `contents[i]`. */
  entries = new Float64Array(0)

  constructor(db: DatabaseSync) {
    this.#version = db.prepare('pragma data_version')
    this.#read = withTuples<[contents: Uint8Array | null, entries: Uint8Array | null]>(
      db.prepare(
        `select cast(group_concat(content_id) as blob), cast(group_concat(id) as blob)
       from (select content_id, id from entries where content_id is not null order by content_id, id)`,
      ),
    )
  }

  /**
   * Reads the table again if another connection has written. This connection only reads, so `data_version` shows every
   * change.
   */
  refresh(): void {
    const version = Number(this.#version.get()!['data_version'])
    if (version === this.#asOf) return
    const [contents, entries] = this.#read.get()!
    // Copies, because the buffers of `readNumbers` are twice as large as needed, and would stay in memory.
    this.contents = readNumbers(contents).slice()
    this.entries = readNumbers(entries).slice()
    this.#asOf = version
  }
}
