import { appendFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolderBelowSync } from '../util/make-folder-below.ts'
import type { Logger } from '../util/logger.ts'

export interface JobLogDeps {
  readonly file: string
  readonly maxBytes: number
  readonly now: () => number
  /** Called if lines could not be written. The job continues without them. */
  readonly onError: (err: unknown) => void
}

/** Lines are collected for this time, or until they fill a buffer, and then written together. */
const FLUSH_AFTER_MS = 500
const BUFFER_BYTES = 64 * 1024

/** The log of one job: JSON lines in a file of limited size. The file is created with the first line. */
export class JobLog implements Logger {
  readonly #deps: JobLogDeps
  #buffer: string[] = []
  #buffered = 0
  /** The size of the file; null until the first line. Then the file of an earlier run is looked for. */
  #size: number | null = null
  #full = false
  #timer: NodeJS.Timeout | null = null

  constructor(deps: JobLogDeps) {
    this.#deps = deps
  }

  debug(fields: object, message: string): void {
    this.#write('debug', fields, message)
  }

  info(fields: object, message: string): void {
    this.#write('info', fields, message)
  }

  warn(fields: object, message: string): void {
    this.#write('warn', fields, message)
  }

  error(fields: object, message: string): void {
    this.#write('error', fields, message)
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#buffered === 0) return
    const text = this.#buffer.join('')
    this.#buffer = []
    this.#buffered = 0
    try {
      const folder = dirname(this.#deps.file)
      makeFolderBelowSync(dirname(folder), folder)
      appendFileSync(this.#deps.file, text)
    } catch (err) {
      this.#full = true
      this.#deps.onError(err)
    }
  }

  #write(level: string, fields: object, message: string): void {
    if (this.#full) return
    this.#size ??= sizeOf(this.#deps.file)
    let line = this.#line(level, fields, message)
    if (this.#size + Buffer.byteLength(line) > this.#deps.maxBytes) {
      this.#full = true
      line = this.#line('warn', {}, `the log is full (${this.#deps.maxBytes} bytes); later lines are dropped`)
    }
    const bytes = Buffer.byteLength(line)
    this.#size += bytes
    this.#buffer.push(line)
    this.#buffered += bytes
    if (this.#buffered >= BUFFER_BYTES) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS)
  }

  #line(level: string, fields: object, message: string): string {
    const time = new Date(this.#deps.now()).toISOString()
    return `${JSON.stringify({ time, level, ...fields, msg: message }, jsonValue)}\n`
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error)
    return { code: codeOf(value), name: value.name, message: value.message, stack: value.stack }
  return value
}

function codeOf(err: Error): unknown {
  return 'code' in err ? err.code : undefined
}
