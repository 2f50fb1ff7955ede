import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface RotatingFileOptions {
  /** The size at which the file becomes `<file>.1` and a new one begins, in bytes. */
  maxBytes: number
  /** How many older files are kept. */
  files: number
}

/**
 * A log file of bounded size. Lines are written at once, so that the last line before a crash is in it. If the file
 * cannot be written, for example on a full disk, lines are dropped and counted.
 */
export class RotatingFile implements Disposable {
  readonly options: RotatingFileOptions
  readonly #path: string
  #fd: number | null = null
  #size = 0
  #dropped = 0

  constructor(path: string, options: RotatingFileOptions) {
    this.#path = path
    this.options = options
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#open()
  }

  write(line: string): void {
    try {
      if (this.#size > 0 && this.#size + Buffer.byteLength(line) > this.options.maxBytes) this.#rotate()
      const fd = this.#fd ?? this.#open()
      if (this.#dropped > 0) this.#size += writeSync(fd, droppedLine(this.#dropped))
      this.#dropped = 0
      this.#size += writeSync(fd, line)
    } catch {
      this.#dropped++
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }

  #open(): number {
    const fd = openSync(this.#path, 'a', 0o600)
    this.#fd = fd
    this.#size = fstatSync(fd).size
    return fd
  }

  /** `daemon.log.1` is the youngest of the older ones. */
  #rotate(): void {
    this[Symbol.dispose]()
    const { files } = this.options
    rmSync(`${this.#path}.${files}`, { force: true })
    for (let n = files - 1; n >= 1; n--) moveIfThere(`${this.#path}.${n}`, `${this.#path}.${n + 1}`)
    moveIfThere(this.#path, `${this.#path}.1`)
    this.#open()
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (err) {
    if (!(err instanceof Error && 'code' in err && err.code === 'ENOENT')) throw err
  }
}

function droppedLine(count: number): string {
  const msg = `${count} lines before this one could not be written`
  return `${JSON.stringify({ level: WARN, time: new Date().toISOString(), dropped: count, msg })}\n`
}

/** pino's number for a warning. */
const WARN = 40
