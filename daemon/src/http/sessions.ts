import { hash, randomBytes } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '@spacedrive/core/write-file'
import { z } from 'zod'
import type { HttpLimits } from './http-limits.ts'

/** 256 bits each: what cannot be guessed need not be counted. */
const SECRET_BYTES = 32

/** Kept as hashes, so that the file lets nobody in. Times are milliseconds since 1970. */
const SessionFile = z.array(z.object({ hash: z.string(), expiresAt: z.number() }))

export interface SessionsOptions {
  /** Where they outlive the daemon: a tab that is open goes on after a restart. */
  readonly file: string
  readonly limits: HttpLimits
  readonly now: () => number
}

interface Link {
  readonly to: string
  readonly expiresAt: number
}

/** Who is signed in with a browser, and the links that sign one in. */
export class Sessions {
  readonly #options: SessionsOptions
  /** By the hash of the secret, oldest first. */
  readonly #sessions: Map<string, number>
  /** By the hash of the code, oldest first. */
  readonly #links = new Map<string, Link>()
  /** What ends with a session, by the hash of its secret. */
  readonly #attached = new Map<string, Set<() => void>>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<unknown> = Promise.resolve()

  constructor(options: SessionsOptions) {
    this.#options = options
    this.#sessions = new Map(readSessions(options.file).map((session) => [session.hash, session.expiresAt]))
    this.#forgetOld()
  }

  /** A code that signs in once, and soon. */
  createLink(to: string): { code: string; expiresAt: number } {
    const { limits, now } = this.#options
    const code = randomBytes(SECRET_BYTES).toString('base64url')
    const expiresAt = now() + limits.linkMs
    this.#links.set(hash('sha256', code), { to, expiresAt })
    keepNewest(this.#links, limits.links)
    return { code, expiresAt }
  }

  /** Where a link leads, which is of no use from now on. Null: there is none, it was used, it is too old. */
  takeLink(code: string): string | null {
    const key = hash('sha256', code)
    const link = this.#links.get(key)
    this.#links.delete(key)
    return link && link.expiresAt > this.#options.now() ? link.to : null
  }

  /** Begins a session and gives its secret. */
  async create(): Promise<string> {
    const { limits, now } = this.#options
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    this.#sessions.set(hash('sha256', secret), now() + limits.sessionMs)
    this.#forgetOld()
    await this.#write()
    return secret
  }

  /** Whether a secret is that of a session. */
  has(secret: string): boolean {
    const expiresAt = this.#sessions.get(hash('sha256', secret))
    return expiresAt !== undefined && expiresAt > this.#options.now()
  }

  async end(secret: string): Promise<void> {
    const key = hash('sha256', secret)
    if (!this.#sessions.has(key)) return
    this.#forget(key)
    await this.#write()
  }

  /**
   * Calls `end` once, when the session is over: signed out, too old, or one too many; at once where it is already. Who
   * disposes of it is not called any more.
   */
  attach(secret: string, end: () => void): Disposable {
    const key = hash('sha256', secret)
    if (this.#sessions.has(key)) {
      const attached = this.#attached.get(key) ?? new Set()
      this.#attached.set(key, attached.add(end))
      this.#watch()
    } else end()
    return {
      [Symbol.dispose]: () => {
        const attached = this.#attached.get(key)
        attached?.delete(end)
        if (attached?.size === 0) this.#attached.delete(key)
      },
    }
  }

  /** Looks again when the next session is too old, and in between: the clock may be set, and a laptop sleeps. */
  #watch(): void {
    const [soonest] = this.#sessions.values()
    if (this.#timer || this.#attached.size === 0 || soonest === undefined) return
    const { limits, now } = this.#options
    const look = () => {
      this.#timer = undefined
      this.#forgetOld()
      this.#watch()
    }
    this.#timer = setTimeout(look, Math.max(1, Math.min(soonest - now(), limits.heartbeatMs))).unref()
  }

  #forget(key: string): void {
    this.#sessions.delete(key)
    const attached = this.#attached.get(key) ?? []
    this.#attached.delete(key)
    for (const end of attached) end()
  }

  #forgetOld(): void {
    const { limits, now } = this.#options
    for (const [key, expiresAt] of this.#sessions) if (expiresAt <= now()) this.#forget(key)
    const tooMany = Math.max(0, this.#sessions.size - limits.sessions)
    for (const key of [...this.#sessions.keys()].slice(0, tooMany)) this.#forget(key)
  }

  async #write(): Promise<void> {
    const write = () => {
      const sessions = [...this.#sessions].map(([key, expiresAt]) => ({ hash: key, expiresAt }))
      return writeFileAtomically(this.#options.file, JSON.stringify(sessions))
    }
    const written = this.#writing.then(write)
    this.#writing = written.catch(() => {})
    await written
  }
}

/** Nothing where there is no file, where it is damaged, and where others could have written it. */
function readSessions(file: string): z.infer<typeof SessionFile> {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile() || (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)) return []
  try {
    return SessionFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

function keepNewest(map: Map<string, unknown>, count: number): void {
  for (const key of map.keys()) {
    if (map.size <= count) return
    map.delete(key)
  }
}
