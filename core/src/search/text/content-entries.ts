import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { readNumbers } from './number-list.ts'

/**
 * Which entries have which contents, all of a library in memory: for texts so many that asking the database for the
 * entries of each takes longer than finding them.
 */
export class ContentEntries {
  readonly #version: StatementSync
  readonly #read: StatementSync
  #asOf = -1
  /** Row ids of contents, ascending; those of several entries several times. */
  contents = new Float64Array(0)
  /** Row ids of their entries, by place. */
  entries = new Float64Array(0)

  constructor(db: DatabaseSync) {
    this.#version = db.prepare('pragma data_version')
    this.#read = db.prepare(
      `select cast(group_concat(content_id) as blob), cast(group_concat(id) as blob)
       from (select content_id, id from entries where content_id is not null order by content_id, id)`,
    )
    this.#read.setReturnArrays(true)
  }

  /** Reads them anew where anybody has written since: this connection only reads, so that it is told of every change. */
  refresh(): void {
    const version = Number(this.#version.get()!['data_version'])
    if (version === this.#asOf) return
    const [contents, entries] = this.#read.get() as unknown as [Uint8Array | null, Uint8Array | null]
    // Copies: what is read into has room for twice as many, which would be kept.
    this.contents = readNumbers(contents).slice()
    this.entries = readNumbers(entries).slice()
    this.#asOf = version
  }
}
