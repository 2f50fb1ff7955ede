import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { systemCode } from '../../../util/errors.ts'

/** Remembers the items that are done, in memory and in a file. */
export class DoneRecord {
  readonly #done: Set<number>
  readonly #fd: number

  constructor(file: string) {
    this.#done = readNumbers(file)
    this.#fd = openSync(file, 'a', 0o600)
  }

  has(item: number): boolean {
    return this.#done.has(item)
  }

  /**
   * Writes an item to the file, but not to memory. The caller calls `add` when the received file has its final name.
   */
  write(item: number): void {
    const line = Buffer.alloc(4)
    line.writeUInt32BE(item)
    writeSync(this.#fd, line)
  }

  add(item: number): void {
    this.#done.add(item)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

function readNumbers(file: string): Set<number> {
  try {
    const bytes = readFileSync(file)
    return new Set(Array.from({ length: Math.floor(bytes.length / 4) }, (_, n) => bytes.readUInt32BE(n * 4)))
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return new Set()
    throw err
  }
}
