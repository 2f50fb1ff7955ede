import { isIPv6 } from 'node:net'
import type { Sessions } from '../http/sessions.ts'
import { HttpError } from '../http/problem.ts'
import { Backoff, type BackoffLimits } from './backoff.ts'
import { addressBytes } from './certificate.ts'
import { isPassphrase, type PassphraseHash } from './passphrase.ts'

export interface LoginOptions {
  readonly passphrase: PassphraseHash
  readonly sessions: Sessions
  readonly now: () => number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Somebody who mistypes is not kept waiting; a list of a hundred words takes days. */
const perAddress: BackoffLimits = { free: 3, firstMs: 2_000, longestMs: HOUR_MS, forgetMs: 24 * HOUR_MS }
/** Of all addresses together: somebody with many gets a try every quarter of an hour. This machine itself is not kept out. */
const altogether: BackoffLimits = { free: 30, firstMs: 2_000, longestMs: 15 * MINUTE_MS, forgetMs: HOUR_MS }
const EVERYBODY = '*'
/** Attempts that wait for the one that is being looked at: each takes some 64 MiB. */
const MAX_WAITING = 8

/** Lets in who knows the passphrase: one attempt at a time, and ever slower where they fail. */
export class Login {
  readonly #options: LoginOptions
  readonly #byAddress: Backoff
  readonly #altogether: Backoff
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(options: LoginOptions) {
    this.#options = options
    this.#byAddress = new Backoff(perAddress, options.now)
    this.#altogether = new Backoff(altogether, options.now)
  }

  /** The secret of a new session. Throws 401 for a wrong passphrase, and 429 for one who has to wait. */
  async attempt(passphrase: string, address: string): Promise<string> {
    const network = networkOf(address)
    this.#checkPace(network)
    if (this.#waiting >= MAX_WAITING) throw tooMany(1)
    this.#waiting++
    const attempt = this.#last.then(() => this.#attempt(passphrase, network))
    this.#last = attempt.catch(() => {})
    try {
      return await attempt
    } finally {
      this.#waiting--
    }
  }

  async #attempt(given: string, network: string): Promise<string> {
    // Those before it have failed, perhaps.
    this.#checkPace(network)
    const { passphrase, sessions } = this.#options
    if (!(await isPassphrase(given, passphrase))) {
      this.#byAddress.failed(network)
      this.#altogether.failed(EVERYBODY)
      throw new HttpError(401, 'NotAuthorised', 'this is not the passphrase')
    }
    this.#byAddress.succeeded(network)
    this.#altogether.succeeded(EVERYBODY)
    return sessions.create()
  }

  #checkPace(network: string): void {
    const waitMs = Math.max(this.#byAddress.waitMs(network), this.#altogether.waitMs(EVERYBODY))
    if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1_000))
  }
}

function tooMany(seconds: number): HttpError {
  const message = `too many attempts failed; try again in ${seconds} s`
  return new HttpError(429, 'Unavailable', message, { 'retry-after': String(seconds) })
}

/** What is given to one customer, of the sixteen bytes of an address. */
const NETWORK_BYTES = 8

/** Whoever has one address of IPv6 has all that begin alike. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return isIPv6(plain) ? addressBytes(plain).toString('hex', 0, NETWORK_BYTES) : plain
}
