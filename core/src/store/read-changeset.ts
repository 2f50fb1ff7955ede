import assert from 'node:assert/strict'

export type ChangeKind = 'created' | 'changed' | 'deleted'

/** A value of a column; null also for SQL's null. */
export type ColumnValue = number | bigint | string | Uint8Array | null

/** One row of a changeset, by position of its columns; a column that did not change is undefined. */
export interface ChangedRow {
  readonly table: string
  readonly kind: ChangeKind
  /** For a changed row: only the key and the columns that changed. */
  readonly before: readonly (ColumnValue | undefined)[] | null
  readonly after: readonly (ColumnValue | undefined)[] | null
}

// Codes of the changeset format; see https://www.sqlite.org/session/c_changeset.html and "changeset format" in
// SQLite's sqlite3session.c.
const TABLE = 0x54
const OPERATIONS: Readonly<Record<number, ChangeKind>> = { 18: 'created', 23: 'changed', 9: 'deleted' }
const UNDEFINED = 0
const INTEGER = 1
const FLOAT = 2
const TEXT = 3
const BLOB = 4
const NULL = 5

/** Reads a changeset of SQLite's session extension. */
export function* readChangeset(bytes: Uint8Array): Generator<ChangedRow> {
  const reader = new ByteReader(bytes)
  let table = ''
  let columns = 0
  while (!reader.isAtEnd) {
    const first = reader.byte()
    if (first === TABLE) {
      columns = reader.varint()
      reader.skip(columns)
      table = reader.cString()
      continue
    }
    const kind = OPERATIONS[first]
    assert(kind, `the changeset names operation ${first}`)
    // Whether a trigger or a foreign key caused the change.
    reader.skip(1)
    const before = kind === 'created' ? null : reader.row(columns)
    const after = kind === 'deleted' ? null : reader.row(columns)
    yield { table, kind, before, after }
  }
}

/** The table of a changeset that contains only one table. */
export function changesetTable(bytes: Uint8Array): string {
  const reader = new ByteReader(bytes)
  assert(reader.byte() === TABLE, 'a changeset begins with its table')
  reader.skip(reader.varint())
  return reader.cString()
}

class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  skip(count: number): void {
    this.#at += count
  }

  varint(): number {
    let value = 0
    for (let i = 0; i < 8; i++) {
      const byte = this.byte()
      value = value * 0x80 + (byte & 0x7f)
      if (byte < 0x80) return value
    }
    return value * 0x100 + this.byte()
  }

  cString(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    const text = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return text
  }

  row(columns: number): (ColumnValue | undefined)[] {
    return Array.from({ length: columns }, () => this.#value())
  }

  #value(): ColumnValue | undefined {
    switch (this.byte()) {
      case UNDEFINED:
        return undefined
      case INTEGER:
        return this.#integer()
      case FLOAT:
        this.#at += 8
        return this.#bytes.readDoubleBE(this.#at - 8)
      case TEXT:
        return this.#take().toString('utf8')
      case BLOB:
        return new Uint8Array(this.#take())
      case NULL:
        return null
      default:
        throw new Error('the changeset holds a value of an unknown type')
    }
  }

  #integer(): number | bigint {
    const value = this.#bytes.readBigInt64BE(this.#at)
    this.#at += 8
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }

  #take(): Buffer {
    const length = this.varint()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
