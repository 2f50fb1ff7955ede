import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { daemonStatement, pageStatement } from '@spacedrive/client/page-session'
import { writeFileAtomically } from '@spacedrive/core/write-file'
import { HttpError, NOT_SIGNED_IN } from './problem.ts'
import type { Session, Sessions } from './sessions.ts'

/** Challenges that wait for their answer at once, and how long each does. */
const MAX_CHALLENGES = 256
const CHALLENGE_MS = 30_000
/** Tabs of one session that are in at once. */
const MAX_ACCESSES = 32
const NONCE_BYTES = 32
/** Signatures as browsers make and read them. */
const P1363 = { dsaEncoding: 'ieee-p1363' } as const

interface Challenge {
  readonly session: string
  readonly statement: Buffer
  readonly expiresAt: number
}

/** The secrets for a page that has proved its key. They become invalid when this process ends. */
export interface PageAccess {
  /** The bearer token of the page. */
  readonly access: string
  /** Signs addresses of files. */
  readonly mediaKey: string
}

export interface PageProofsOptions {
  /** The file with the key of the daemon. Its mode is 0600. */
  readonly keyFile: string
  readonly sessions: Sessions
  readonly now: () => number
}

/**
 * Proofs between the daemon and a page in a browser. The daemon proves first: a page sends nothing that could let anybody
 * in before it knows that the daemon answers. The page then proves its key, which never leaves the browser, and is given
 * secrets that only this process knows. A program that takes the port while the daemon is stopped therefore receives nothing useful.
 */
export class PageProofs {
  readonly publicKey: string
  readonly sessions: Sessions
  readonly #key: KeyObject
  readonly #options: PageProofsOptions
  readonly #mediaSecret = randomBytes(NONCE_BYTES)
  /** By the nonce of the daemon, oldest first. */
  readonly #challenges = new Map<string, Challenge>()
  /** The session of each access, by its hash, oldest first. */
  readonly #accesses = new Map<string, string>()

  private constructor(key: KeyObject, options: PageProofsOptions) {
    this.#key = key
    this.#options = options
    this.sessions = options.sessions
    this.publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64url')
  }

  static async open(options: PageProofsOptions): Promise<PageProofs> {
    const kept = readKey(options.keyFile)
    if (kept) return new PageProofs(kept, options)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await writeFileAtomically(options.keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }))
    return new PageProofs(privateKey, options)
  }

  /** First half: the daemon signs the page's random value, for this origin only. Throws 401. */
  challenge({ id, nonce: theirs, origin }: { id: string; nonce: string; origin: string }) {
    const session = this.#sessionAt(id, origin)
    const own = randomBytes(NONCE_BYTES).toString('base64url')
    const said = { origin, id, pageNonce: theirs, daemonNonce: own }
    const statement = Buffer.from(pageStatement(said))
    this.#challenges.set(own, { session: session.id, statement, expiresAt: this.#options.now() + CHALLENGE_MS })
    keepNewest(this.#challenges, MAX_CHALLENGES)
    const signature = sign('sha256', Buffer.from(daemonStatement(said)), { key: this.#key, ...P1363 })
    return { nonce: own, signature: signature.toString('base64url') }
  }

  /** Second half: checks the page's signature over the daemon's random value. Throws 401. */
  prove({ nonce, origin, signature }: { nonce: string; origin: string; signature: string }): PageAccess {
    const challenge = this.#challenges.get(nonce)
    this.#challenges.delete(nonce)
    if (!challenge || challenge.expiresAt <= this.#options.now()) throw notSignedIn()
    const session = this.#sessionAt(challenge.session, origin)
    const key = publicKeyOf(session.page!.publicKey)
    const given = Buffer.from(signature, 'base64url')
    if (!key || !verify('sha256', challenge.statement, { key, ...P1363 }, given)) throw notSignedIn()
    return this.admit(session.id)
  }

  /** The secrets for a page whose key is known; the same as when it signs in. */
  admit(session: string): PageAccess {
    const access = randomBytes(NONCE_BYTES).toString('base64url')
    this.#accesses.set(hash('sha256', access), session)
    this.#options.sessions.used(session)
    const own = [...this.#accesses].filter(([, id]) => id === session)
    for (const [key] of own.slice(0, Math.max(0, own.length - MAX_ACCESSES))) this.#accesses.delete(key)
    return { access, mediaKey: this.mediaKeyOf(session).toString('base64url') }
  }

  /** The session that an access belongs to; null if there is none. */
  sessionOf(access: string): Session | null {
    const key = hash('sha256', access)
    const id = this.#accesses.get(key)
    if (id === undefined) return null
    const session = this.#options.sessions.get(id)
    if (!session) this.#accesses.delete(key)
    return session
  }

  /** Signs addresses of files for one session, as long as this process runs. */
  mediaKeyOf(session: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#mediaSecret, session, 'spacedrive media', NONCE_BYTES))
  }

  /** The session with this id. A key is valid only at the origin where it was made. */
  #sessionAt(id: string, origin: string): Session {
    const session = this.#options.sessions.get(id)
    if (session?.page?.origin !== origin) throw notSignedIn()
    return session
  }
}

/** Null if it is no key of the kind that pages make. */
export function publicKeyOf(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64url'), format: 'der', type: 'spki' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null
  } catch {
    return null
  }
}

function notSignedIn(): HttpError {
  return new HttpError(401, 'NotAuthorised', NOT_SIGNED_IN)
}

/** Null if there is none, and if others could have read it. */
function readKey(file: string): KeyObject | null {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile() || (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)) return null
  try {
    return createPrivateKey(readFileSync(file))
  } catch {
    return null
  }
}

function keepNewest(map: Map<string, unknown>, count: number): void {
  for (const key of map.keys()) {
    if (map.size <= count) return
    map.delete(key)
  }
}
