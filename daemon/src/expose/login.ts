import { type Origin, originOf } from '@spacedrive/core/ip-address'
import type { AuditLog } from '../http/audit-log.ts'
import type { Sessions } from '../http/sessions.ts'
import { HttpError } from '../http/problem.ts'
import { Backoff, type BackoffLimits } from './backoff.ts'
import { isPassphrase, type PassphraseHash } from './passphrase.ts'

export interface LoginOptions {
  readonly passphrase: PassphraseHash
  readonly sessions: Sessions
  readonly now: () => number
  readonly audit: AuditLog
}

/** The client that tries to sign in. */
interface Attempt {
  readonly address: string
  readonly browser: string
}

const HOUR_MS = 60 * 60 * 1_000

/** A user who mistypes does not have to wait, but trying a list of a hundred words takes days. */
const perAddress: BackoffLimits = { free: 3, firstMs: 2_000, longestMs: HOUR_MS, forgetMs: 24 * HOUR_MS }
/** The largest IPv6 prefix that a provider gives to one customer, who then has 65,536 networks. */
const perSite: BackoffLimits = { free: 30, firstMs: 2_000, longestMs: HOUR_MS, forgetMs: 24 * HOUR_MS }
/** Attempts that wait for the one that is being looked at: each takes some 64 MiB. */
const MAX_WAITING = 8

/** Signs in clients by passphrase: one attempt at a time, with growing delays after failures. */
export class Login {
  readonly #options: LoginOptions
  readonly #byAddress: Backoff
  readonly #bySite: Backoff
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(options: LoginOptions) {
    this.#options = options
    this.#byAddress = new Backoff(perAddress, options.now)
    this.#bySite = new Backoff(perSite, options.now)
  }

  /** Returns the secret of a new session. Throws 401 for a wrong passphrase, and 429 for a client that has to wait. */
  async attempt(passphrase: string, who: Attempt): Promise<string> {
    const from = originOf(who.address)
    this.#checkPace(from)
    if (this.#waiting >= MAX_WAITING) throw tooMany(1)
    this.#waiting++
    const attempt = this.#last.then(() => this.#attempt(passphrase, from, who))
    this.#last = attempt.catch(() => {})
    try {
      return await attempt
    } finally {
      this.#waiting--
    }
  }

  async #attempt(given: string, from: Origin, { address, browser }: Attempt): Promise<string> {
    // Earlier attempts in the queue may have failed in the meantime.
    this.#checkPace(from)
    const { audit, passphrase, sessions } = this.#options
    if (!(await isPassphrase(given, passphrase))) {
      this.#byAddress.failed(from.network)
      if (from.site !== null) this.#bySite.failed(from.site)
      audit.add({ what: 'refused', from: address, detail: 'a wrong passphrase' })
      throw new HttpError(401, 'NotAuthorised', 'the passphrase is wrong')
    }
    this.#byAddress.succeeded(from.network)
    if (from.site !== null) this.#bySite.succeeded(from.site)
    const secret = await sessions.createWithSecret(browser, from.site ?? from.network)
    audit.add({ what: 'signed-in', from: address, detail: `by the passphrase, with ${browser}` })
    return secret
  }

  #checkPace({ network, site }: Origin): void {
    const waitMs = Math.max(this.#byAddress.waitMs(network), site === null ? 0 : this.#bySite.waitMs(site))
    if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1_000))
  }
}

function tooMany(seconds: number): HttpError {
  const message = `too many failed attempts; try again in ${seconds} s`
  return new HttpError(429, 'Unavailable', message, { 'retry-after': String(seconds) })
}
