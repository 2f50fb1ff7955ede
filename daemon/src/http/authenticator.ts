import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { EventEmitter } from 'node:events'
import type { Rights } from '@spacedrive/core/domain'
import { FailedLogins } from './failed-logins.ts'
import type { HttpLimits } from './http-limits.ts'
import { HttpError } from './problem.ts'
import type { Sessions } from './sessions.ts'

export interface AuthenticatorOptions {
  readonly token: string
  readonly sessions: Sessions
  /** Of this instance alone: cookies of one host are sent to all its ports. */
  readonly cookieName: string
  /** It is used by TLS alone. */
  readonly isSecure?: boolean
  /** Whoever reaches it may ask, without token or cookie: the file system says who does. */
  readonly isOpen?: boolean
  /** What whoever is let in may do; everything by default. */
  readonly rights?: Rights
  readonly limits: HttpLimits
  readonly now: () => number
}

/** Requests that change nothing, whoever makes a browser send them. */
const SAFE_METHODS: readonly (string | undefined)[] = ['GET', 'HEAD']

/** Says whether a request comes from somebody who may ask, by its token or by the cookie of a session. */
export class Authenticator {
  readonly cookieName: string
  readonly isSecure: boolean
  readonly sessions: Sessions
  readonly #isOpen: boolean
  readonly #rights: Rights
  readonly #tokenHash: string
  readonly #failedTokens: FailedLogins
  readonly #failedCodes: FailedLogins

  constructor({
    cookieName,
    isOpen = false,
    isSecure = false,
    limits,
    now,
    rights = 'all',
    sessions,
    token,
  }: AuthenticatorOptions) {
    this.#rights = rights
    this.cookieName = cookieName
    this.isSecure = isSecure
    this.#isOpen = isOpen
    this.sessions = sessions
    this.#tokenHash = hash('sha256', token)
    // Apart, so that a script with an old token keeps nobody from signing in.
    this.#failedTokens = new FailedLogins(limits, now)
    this.#failedCodes = new FailedLogins(limits, now)
  }

  /**
   * What whoever sends a request may do. Throws 401 for anybody who is not let in, and 429 for one who tries too often. A
   * right token is never kept waiting.
   */
  check(request: IncomingMessage): Rights {
    if (this.#isOpen) return this.#rights
    const token = bearerOf(request)
    if (token === null) this.#checkCookie(request)
    else if (!equalHashes(hash('sha256', token), this.#tokenHash))
      throw failure(request, this.#failedTokens, 'this is not the token')
    return this.#rights
  }

  /**
   * Has what was let in by a cookie end with its session: `end` is called unless `carrier` has said `close` before. What
   * was let in by the token belongs to no session.
   */
  endWithSession(request: IncomingMessage, carrier: EventEmitter, end: () => void): void {
    const secret = !this.#isOpen && bearerOf(request) === null ? cookieOf(request, this.cookieName) : null
    if (secret === null) return
    const attached = this.sessions.attach(secret, end)
    carrier.once('close', () => attached[Symbol.dispose]())
  }

  /** Where a one-time link leads. Throws 401 where it is of no use, and 429 after too many that were not. */
  takeLink(request: IncomingMessage, code: string): string {
    checkPace(request, this.#failedCodes)
    const to = this.sessions.takeLink(code)
    if (to !== null) return to
    throw failure(request, this.#failedCodes, 'this link was used, or is too old; `spacedrive open` makes another')
  }

  /** The secret of the session a request belongs to; null where it has none that holds. */
  sessionOf(request: IncomingMessage): string | null {
    const secret = cookieOf(request, this.cookieName)
    return secret !== null && this.sessions.has(secret) ? secret : null
  }

  #checkCookie(request: IncomingMessage): void {
    if (this.sessionOf(request) === null) {
      throw new HttpError(401, 'NotAuthorised', 'nobody is signed in here; `spacedrive open` makes a link', challenge)
    }
    // A browser sends the cookie of its own accord; `Origin`, which was checked, says that our page asks.
    const isOwnPage = request.headers.origin !== undefined
    const isSafe = SAFE_METHODS.includes(request.method) && request.headers.upgrade === undefined
    if (!isSafe && !isOwnPage) {
      throw new HttpError(
        403,
        'PermissionDenied',
        'with a cookie only the explorer may do this; send the token instead',
      )
    }
  }
}

function checkPace(request: IncomingMessage, failed: FailedLogins): void {
  const seconds = failed.waitSeconds(addressOf(request))
  if (seconds === 0) return
  const message = `too many attempts failed; try again in ${seconds} s`
  throw new HttpError(429, 'Unavailable', message, { 'retry-after': String(seconds) })
}

function failure(request: IncomingMessage, failed: FailedLogins, why: string): HttpError {
  checkPace(request, failed)
  failed.count(addressOf(request))
  return new HttpError(401, 'NotAuthorised', why, challenge)
}

const challenge = { 'www-authenticate': 'Bearer realm="spacedrive"' }

function bearerOf({ headers }: IncomingMessage): string | null {
  const [, token = null] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? []
  // What is sent and is no token is a wrong one.
  return token ?? (headers.authorization === undefined ? null : '')
}

function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [key = '', ...value] = pair.split('=')
    if (key.trim() === name) return value.join('=').trim()
  }
  return null
}

/** Of one length, so that the time it takes tells nothing. */
function equalHashes(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}
