import { hash, randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, utimesSync } from 'node:fs'
import { z } from 'zod'
import type { HttpLimits } from './http-limits.ts'
import { StateFile } from './state-file.ts'

/** 256 bits each: a secret that cannot be guessed needs no counting of attempts. */
const SECRET_BYTES = 32
/** Identifies a session to its user. It is not a secret. */
const ID_BYTES = 9
/** Maximum length of a browser's description. */
const MAX_BROWSER = 300

/** Times are milliseconds since 1970. The file stores no secret, so a copy of it is useless for signing in. */
const Session = z.object({
  id: z.string(),
  /** SHA-256 of the secret in the cookie; null if the page proves a key instead. */
  hash: z.string().nullable(),
  /** The page's public key (SPKI, base64url), and the origin where the page stores it; null for a cookie. */
  page: z.object({ publicKey: z.string(), origin: z.string() }).nullable(),
  browser: z.string(),
  /** The place from which another machine signed in. If there are too many, sessions of the same place end first. */
  place: z.string().nullable().default(null),
  createdAt: z.number(),
  expiresAt: z.number(),
})
export type Session = z.infer<typeof Session>

export interface SessionsOptions {
  /** Keeps the sessions while the daemon restarts: an open tab continues. */
  readonly file: string
  readonly limits: HttpLimits
  readonly now: () => number
  /** How long the daemon may have been away; after a longer absence no session is taken over. Any time by default. */
  readonly awayMs?: number
}

/** The browsers that are signed in at one address of the daemon. */
export class Sessions implements AsyncDisposable {
  readonly #options: SessionsOptions
  readonly #file: StateFile
  /** By id, oldest first. */
  readonly #sessions: Map<string, Session>
  /** When each was used last, as far as this process knows. */
  readonly #usedAt = new Map<string, number>()
  /** The connections that end with a session, by its id. */
  readonly #attached = new Map<string, Set<() => void>>()
  #alive: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: SessionsOptions) {
    this.#options = options
    const content = () => JSON.stringify([...this.#sessions.values()])
    this.#file = new StateFile({ path: options.file, content })
    this.#sessions = new Map(readSessions(options).map((session) => [session.id, session]))
    this.#forgetOld()
  }

  /** Keeps the sessions of this address alive from now on, until disposal. Call it when the start has succeeded. */
  holdAddress(): void {
    const { awayMs } = this.#options
    if (awayMs === undefined) return
    this.#sayAlive()
    this.#alive = setInterval(() => this.#sayAlive(), awayMs / ALIVE_PARTS).unref()
  }

  /** Begins a session that a browser shows by the secret in its cookie, and returns the secret. */
  async createWithSecret(browser: string, place: string | null): Promise<string> {
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    await this.#add({ hash: hash('sha256', secret), page: null, browser, place })
    return secret
  }

  /** Begins a session of a page, which shows it by a signature. */
  async createForPage(page: { publicKey: string; origin: string }, browser: string): Promise<Session> {
    return this.#add({ hash: null, page, browser, place: null })
  }

  /** The origin of the newest session of a page; null if there is none. */
  get origin(): string | null {
    return [...this.#sessions.values()].findLast(({ page }) => page !== null)?.page?.origin ?? null
  }

  /** Null if there is none, or it is too old. */
  get(id: string): Session | null {
    const session = this.#sessions.get(id)
    return session && session.expiresAt > this.#options.now() ? session : null
  }

  /** The session of a secret. */
  withSecret(secret: string): Session | null {
    const wanted = hash('sha256', secret)
    for (const session of this.#sessions.values()) if (session.hash === wanted) return this.get(session.id)
    return null
  }

  /** Oldest first. */
  list(): readonly (Session & { readonly usedAt: number })[] {
    this.#forgetOld()
    return [...this.#sessions.values()].map((session) => ({
      ...session,
      usedAt: this.#usedAt.get(session.id) ?? session.createdAt,
    }))
  }

  used(id: string): void {
    this.#usedAt.set(id, this.#options.now())
  }

  /** False: there is none. */
  async end(id: string): Promise<boolean> {
    if (!this.#sessions.has(id)) return false
    this.#forget(id)
    await this.#write()
    return true
  }

  /** Ends the sessions of pages that are stored at other origins: those addresses now belong to another program. */
  async endOthers(origins: readonly string[]): Promise<void> {
    const others = [...this.#sessions.values()].filter(({ page }) => page && !origins.includes(page.origin))
    for (const { id } of others) this.#forget(id)
    if (others.length > 0) await this.#write()
  }

  /**
   * Calls `end` once, when the session is over: signed out, too old, or one too many; at once if it already is. Disposing
   * of the result withdraws the call.
   */
  attach(id: string, end: () => void): Disposable {
    if (this.#sessions.has(id)) {
      const attached = this.#attached.get(id) ?? new Set()
      this.#attached.set(id, attached.add(end))
      this.#watch()
    } else end()
    return {
      [Symbol.dispose]: () => {
        const attached = this.#attached.get(id)
        attached?.delete(end)
        if (attached?.size === 0) this.#attached.delete(id)
      },
    }
  }

  /** Afterwards, all sign-ins fail and the file is not written. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer)
    clearInterval(this.#alive)
    await this.#file[Symbol.asyncDispose]()
    if (this.#alive) this.#sayAlive()
  }

  async #add(of: Pick<Session, 'hash' | 'page' | 'browser' | 'place'>): Promise<Session> {
    this.#file.check()
    const { limits, now } = this.#options
    const session: Session = {
      ...of,
      id: randomBytes(ID_BYTES).toString('base64url'),
      browser: of.browser.slice(0, MAX_BROWSER),
      createdAt: now(),
      expiresAt: now() + limits.sessionMs,
    }
    this.#sessions.set(session.id, session)
    this.#forgetOld()
    await this.#write()
    return session
  }

  /** The time of the file says until when the daemon was there. */
  #sayAlive(): void {
    const seconds = this.#options.now() / 1_000
    try {
      utimesSync(this.#options.file, seconds, seconds)
    } catch {
      // There is no file before the first session.
    }
  }

  /** Looks again when the next session is too old, and in between: the clock may be set, and a laptop sleeps. */
  #watch(): void {
    const soonest = Math.min(...[...this.#sessions.values()].map(({ expiresAt }) => expiresAt))
    if (this.#timer || this.#attached.size === 0 || soonest === Infinity) return
    const { limits, now } = this.#options
    const look = () => {
      this.#timer = undefined
      this.#forgetOld()
      this.#watch()
    }
    this.#timer = setTimeout(look, Math.max(1, Math.min(soonest - now(), limits.heartbeatMs))).unref()
  }

  #forget(id: string): void {
    this.#sessions.delete(id)
    this.#usedAt.delete(id)
    const attached = this.#attached.get(id) ?? []
    this.#attached.delete(id)
    for (const end of attached) end()
  }

  #forgetOld(): void {
    const { limits, now } = this.#options
    for (const [id, { expiresAt }] of this.#sessions) if (expiresAt <= now()) this.#forget(id)
    while (this.#sessions.size > limits.sessions) this.#forget(this.#oneTooMany())
  }

  /** The oldest session of the place with the most: repeated sign-ins from one place end only sessions of that place. */
  #oneTooMany(): string {
    const byPlace = Map.groupBy(this.#sessions.values(), ({ place }) => place)
    const [most] = [...byPlace.values()].toSorted((one, other) => other.length - one.length)
    return most![0]!.id
  }

  async #write(): Promise<void> {
    await this.#file.save()
    this.#sayAlive()
  }
}

/** The file is touched this often within the time that the daemon may be away. */
const ALIVE_PARTS = 3
const MS_PER_S = 1_000

/**
 * The stored sessions; none if there is no file, if it is damaged, if other users could have written it, or if the
 * daemon was away for too long.
 */
function readSessions({ awayMs, file, now }: SessionsOptions): Session[] {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile() || (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)) return []
  // A file system may keep whole seconds. If the file's time is in the future, the clock was set back, and the length of the
  // absence is unknown.
  if (awayMs !== undefined && Math.abs(now() - stats.mtimeMs) > awayMs + MS_PER_S) return []
  try {
    return z.array(Session).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}
