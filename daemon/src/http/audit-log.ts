import { appendFileSync, chmodSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type AccessRecord, AccessRecord as Schema } from '../ops/access.ts'

export interface AuditLogOptions {
  /**
   * The log has one record per line, and mode 0600. The older file has `.1` at its end. Kinds with files of their own
   * add their name.
   */
  readonly file: string
  readonly now: () => number
}

/** Largest size of each file. */
const MAX_BYTES = 512 * 1024
/** Most characters of a text that a stranger sent. */
const MAX_TEXT = 300
/** The same refusal of the same sender is written once in this time, so that a flood does not displace other lines. */
const SAME_MS = 60_000
const MAX_REMEMBERED = 1_000

/**
 * Strangers can cause any number of refusals, from many addresses, and whoever has the passphrase any number of
 * sign-ins. Both have files of their own, so that they push out only each other.
 */
const OWN_FILES: Partial<Record<AccessRecord['what'], string>> = { refused: '.refused', 'signed-in': '.signed-in' }

/** The security log of a daemon. Several `AuditLog` may write to it. */
export function auditFile(runDir: string): string {
  return join(runDir, 'http-audit.jsonl')
}

/** The log of sign-ins, refusals, pairings and grants. Its size is limited: the oldest records are deleted. */
export class AuditLog {
  readonly #options: AuditLogOptions
  /** When each refusal of each sender was written last. */
  readonly #lately = new Map<string, number>()

  constructor(options: AuditLogOptions) {
    this.#options = options
  }

  /** Never throws: a full disk must not prevent signing in. */
  add(event: Omit<AccessRecord, 'at'>): void {
    const { now } = this.#options
    const file = this.#options.file + (OWN_FILES[event.what] ?? '')
    if (event.what === 'refused' && this.#wasLately(event)) return
    const record: AccessRecord = {
      at: new Date(now()).toISOString(),
      what: event.what,
      from: event.from.slice(0, MAX_TEXT),
      detail: event.detail.slice(0, MAX_TEXT),
    }
    try {
      if (existsSync(file) && statSync(file).size > MAX_BYTES) renameSync(file, `${file}.1`)
      const isNew = !existsSync(file)
      appendFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 })
      if (isNew && process.platform !== 'win32') chmodSync(file, 0o600)
    } catch {
      // The log of the daemon says that the disk is full.
    }
  }

  /** Whether the same refusal was written just now. Otherwise it is remembered as written. */
  #wasLately({ detail, from }: Omit<AccessRecord, 'at'>): boolean {
    const now = this.#options.now()
    const key = JSON.stringify([from, detail])
    const last = this.#lately.get(key)
    if (last !== undefined && now - last < SAME_MS) return true
    this.#lately.delete(key)
    this.#lately.set(key, now)
    const [oldest] = this.#lately.keys()
    if (this.#lately.size > MAX_REMEMBERED && oldest !== undefined) this.#lately.delete(oldest)
    return false
  }

  /** The newest first. */
  list(limit: number): AccessRecord[] {
    const { file } = this.#options
    const files = [...Object.values(OWN_FILES).map((name) => file + name), file]
    return files
      .map((each) => newestOf(each, limit))
      .reduce(merged)
      .slice(0, limit)
  }
}

type Newest = AccessRecord[]

function newestOf(file: string, limit: number): Newest {
  return [file, `${file}.1`].flatMap((each) => readRecords(each).toReversed()).slice(0, limit)
}

/** Merges the lists. Each keeps its own order, even if the clock was changed. */
function merged(one: Newest, other: Newest): Newest {
  const all: AccessRecord[] = []
  let [at, otherAt] = [0, 0]
  while (at < one.length || otherAt < other.length) {
    const [next, otherNext] = [one[at], other[otherAt]]
    if (next && (!otherNext || next.at >= otherNext.at)) all.push(one[at++]!)
    else all.push(other[otherAt++]!)
  }
  return all
}

function readRecords(file: string): AccessRecord[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [Schema.parse(JSON.parse(line))]
      } catch {
        // A killed process may have cut its last line. The text after the last line break is empty.
        return []
      }
    })
}
