import { hash, timingSafeEqual } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Rights } from '@spacedrive/core/domain'
import { type Asker, ownUser } from '../asker.ts'
import type { ApiKeys } from './api-keys.ts'
import type { AuditLog } from './audit-log.ts'
import { FailedLogins } from './failed-logins.ts'
import type { HttpLimits } from './http-limits.ts'
import { type ConnectionUsers, NotOwnConnection } from './connection-users.ts'
import type { PageProofs } from './page-proofs.ts'
import { HttpError, NOT_SIGNED_IN } from './problem.ts'
import type { Session, Sessions } from './sessions.ts'

export interface AuthenticatorOptions {
  /** The token in the file that this user's programs read; null if tokens are not accepted. */
  readonly token: string | null
  readonly apiKeys: ApiKeys | null
  /** Sessions of browsers, by a secret in a cookie over TLS; null if cookies are not accepted. */
  readonly cookies: { readonly name: string; readonly sessions: Sessions } | null
  /** Accepts the secrets that pages got when they proved their key; null if pages cannot sign in. */
  readonly proofs: PageProofs | null
  /** A request without any bearer has all rights: file permissions protect the server. */
  readonly isOpen?: boolean
  /** Full rights need a connection from this user; null if the system cannot tell users apart. */
  readonly connectionUsers: ConnectionUsers | null
  /** The rights of a signed-in browser. */
  readonly rights: Rights
  readonly limits: HttpLimits
  readonly now: () => number
  readonly audit: AuditLog
}

/** Methods that change nothing, so another site may cause them safely. */
const SAFE_METHODS: readonly (string | undefined)[] = ['GET', 'HEAD']

/** Decides whether a request may be answered: by the token, an API key, the session of a page, or a cookie. */
export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #tokenHash: string | null
  readonly #failedTokens: FailedLogins
  readonly #failedCodes: FailedLogins

  constructor(options: AuthenticatorOptions) {
    const { limits, now, token } = options
    this.#options = options
    this.#tokenHash = token === null ? null : hash('sha256', token)
    // Counted separately, so that a script with an old token does not block sign-ins.
    this.#failedTokens = new FailedLogins(limits, now)
    this.#failedCodes = new FailedLogins(limits, now)
  }

  /**
   * Returns the sender of a request. Throws 401 for a sender who is not let in, 429 for one who tries too
   * often, and 403 for another user of this machine who sends what gives all rights. A right token is never kept waiting.
   */
  async check(request: IncomingMessage): Promise<Asker> {
    const asker = this.#askerOf(request)
    if (asker.rights === 'all') await this.checkUser(request)
    return asker
  }

  /** Throws `NotOwnConnection` for a connection of another user of this machine, and if the system does not tell. */
  async checkUser(request: IncomingMessage): Promise<void> {
    const { audit, connectionUsers } = this.#options
    try {
      await connectionUsers?.check(request.socket)
    } catch (err) {
      if (err instanceof NotOwnConnection) {
        const detail = `${err.whose} sent a link, a token or an access of this user`
        audit.add({ what: 'refused', from: addressOf(request), detail })
      }
      throw err
    }
  }

  /** Calls `end` when the session ends that a request came in by, unless `carrier` has said `close` before. */
  endWithSession(request: IncomingMessage, carrier: EventEmitter, end: () => void): void {
    const attached = this.#attach(request, end)
    if (attached) carrier.once('close', () => attached[Symbol.dispose]())
  }

  /**
   * The error for an invalid link; 429 for an address that has failed too often. A valid link never has to wait: other
   * users of this machine share the address, and links cannot be guessed.
   */
  linkRefused(request: IncomingMessage): HttpError {
    const why = 'this link has been used or has expired; run `spacedrive open` to get another'
    return this.#failure(request, this.#failedCodes, why)
  }

  /** The session a request belongs to; null if it has none that holds. */
  sessionOf(request: IncomingMessage): Session | null {
    const { cookies, isOpen = false, proofs } = this.#options
    const bearer = accessOf(request, isOpen)
    const session = bearer === null ? null : (proofs?.sessionOf(bearer) ?? null)
    if (session || !cookies) return session
    const secret = cookieOf(request, cookies.name)
    return secret === null ? null : cookies.sessions.withSecret(secret)
  }

  #askerOf(request: IncomingMessage): Asker {
    const { apiKeys, isOpen = false, rights } = this.#options
    const session = this.sessionOf(request)
    const bearer = accessOf(request, isOpen)
    if (bearer === null && isOpen) return ownUser
    // A proxy may ask for a password of its own, so a header beside the cookie is no sign that a program asks.
    if (bearer === null || session?.page === null) this.#checkCookie(request, session)
    if (session) return { rights, id: session.id, onRefused: this.#recorder(session.browser, `session ${session.id}`) }
    if (bearer !== null && this.#isToken(bearer)) return ownUser
    const key = bearer === null ? null : apiKeys?.find(bearer)
    if (key) return { rights: key.allow, id: key.id, onRefused: this.#recorder(key.name, `key ${key.id}`) }
    throw this.#failure(request, this.#failedTokens, WRONG_KEY)
  }

  /** Returns a function that records requests beyond the rights of a signed-in client. */
  #recorder(from: string, who: string): (what: string) => void {
    return (what) => this.#options.audit.add({ what: 'refused', from, detail: `${who} may not ask for ${what}` })
  }

  #attach(request: IncomingMessage, end: () => void): Disposable | null {
    const { apiKeys, cookies, isOpen = false, proofs } = this.#options
    const session = this.sessionOf(request)
    const bearer = accessOf(request, isOpen)
    if (session) return (session.page ? proofs!.sessions : cookies!.sessions).attach(session.id, end)
    if (bearer === null ? isOpen : this.#isToken(bearer)) return null
    const key = bearer === null ? null : apiKeys?.find(bearer)
    if (key) return apiKeys!.attach(key.id, end)
    // The session or key ended after `check` had found it.
    end()
    return null
  }

  #isToken(bearer: string): boolean {
    return this.#tokenHash !== null && equalHashes(hash('sha256', bearer), this.#tokenHash)
  }

  #checkCookie(request: IncomingMessage, session: Session | null): void {
    if (!session) throw new HttpError(401, 'NotAuthorised', NOT_SIGNED_IN, challenge)
    // A browser sends the cookie of its own accord; `Origin`, which was checked, says that our page asks.
    const isOwnPage = request.headers.origin !== undefined
    const isSafe = SAFE_METHODS.includes(request.method) && request.headers.upgrade === undefined
    if (isSafe || isOwnPage) return
    throw new HttpError(
      403,
      'PermissionDenied',
      'requests with a cookie must come from the explorer; other programs send a token',
    )
  }

  #failure(request: IncomingMessage, failed: FailedLogins, why: string): HttpError {
    const seconds = failed.waitSeconds(addressOf(request))
    if (seconds > 0) return tooMany(seconds)
    failed.count(addressOf(request))
    this.#options.audit.add({ what: 'refused', from: addressOf(request), detail: why })
    return new HttpError(401, 'NotAuthorised', why, challenge)
  }
}

function tooMany(seconds: number): HttpError {
  const message = `too many failed attempts; try again in ${seconds} s`
  return new HttpError(429, 'Unavailable', message, { 'retry-after': String(seconds) })
}

const WRONG_KEY =
  'the token or API key is wrong, has expired or was revoked; `spacedrive session key <name>` makes another API key'

const challenge = { 'www-authenticate': 'Bearer realm="spacedrive"' }

/** The parameter of a WebSocket's address: a page cannot give it headers. */
const ACCESS = 'access'

/**
 * The token or key in a request. An `Authorization` header without a token counts as a wrong token. If no token is needed
 * (`isOpen`), a header of another scheme is ignored, because it is for a proxy in front of the server.
 */
function accessOf({ headers, url = '' }: IncomingMessage, isOpen: boolean): string | null {
  const { authorization = '' } = headers
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  if (bearer !== undefined) return bearer
  const isWrong = /^Bearer\b/i.test(authorization) || !isOpen
  if (headers.authorization !== undefined && isWrong) return ''
  return headers.upgrade === undefined ? null : new URLSearchParams(url.split('?')[1]).get(ACCESS)
}

function cookieOf({ headers }: IncomingMessage, name: string): string | null {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const [key = '', ...value] = pair.split('=')
    if (key.trim() === name) return value.join('=').trim()
  }
  return null
}

/** Compares in constant time, so that the duration reveals nothing. */
function equalHashes(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}
