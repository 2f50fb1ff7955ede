import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceId, PeerKey } from '../../domain/index.ts'
import { CoreError, systemCode } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { pathError } from '../../util/path-error.ts'
import { writeFileAtomically } from '../../util/write-file.ts'
import { setAside } from '../db/set-aside.ts'
import { peerKeyOf, SEED_BYTES } from './ed25519.ts'
import { KeyFile, NewerKeyFile, openKey, sealKey } from './key-file.ts'

/** A key file is some hundred bytes; more is none of ours. */
const MAX_KEY_FILE_BYTES = 16_384

export interface NetworkIdentityDeps {
  readonly dataDir: string
  readonly device: DeviceId
  readonly log: Logger
  readonly now: () => number
}

/** Who this device is on the network: an Ed25519 key, kept in `network-key.json`, readable by its user alone. */
export class NetworkIdentity {
  readonly #deps: NetworkIdentityDeps
  readonly #path: string
  #file: KeyFile | null
  #seed: Uint8Array | null = null
  /** What became of a file that could not be used, for a person to read; null: nothing did. */
  notice: string | null = null

  private constructor(deps: NetworkIdentityDeps, path: string) {
    this.#deps = deps
    this.#path = path
    this.#file = null
  }

  /**
   * Reads the key there is. A file that is broken, and one that came here with a copy of another device's data folder,
   * is set aside with its content. Throws `VersionMismatch` for the file of a newer version.
   */
  static async open(deps: NetworkIdentityDeps): Promise<NetworkIdentity> {
    const identity = new NetworkIdentity(deps, join(deps.dataDir, 'network-key.json'))
    await identity.#read()
    return identity
  }

  /** Null before it was made. */
  get key(): PeerKey | null {
    return this.#file?.key ?? null
  }

  /** Null before it was unlocked. */
  get seed(): Uint8Array | null {
    return this.#seed
  }

  /** Whether a password is needed before it can be used. */
  get isLocked(): boolean {
    return this.#file !== null && 'wrapped' in this.#file && this.#seed === null
  }

  /** Whether the file holds it wrapped with a password. */
  get isWrapped(): boolean {
    return this.#file !== null && 'wrapped' in this.#file
  }

  /**
   * The seed of the key, which is made where there is none, and wrapped with the password if one is given. Throws
   * `NotAuthorised` where a password is needed and missing, and where one is given and wrong, also for a key that is
   * unlocked already.
   */
  async unlock(password: string | null): Promise<Uint8Array> {
    if (this.#file === null) return this.#write(randomBytes(SEED_BYTES), password)
    if (this.#seed === null || password !== null) this.#seed = await openKey(this.#file, password)
    return this.#seed
  }

  /**
   * Keeps the key from now on wrapped with this password, or as it is where it is null. Throws `NotAuthorised` where it
   * is locked: the old password comes first.
   */
  async rewrap(password: string | null): Promise<void> {
    if (this.isLocked) {
      throw new CoreError(
        'NotAuthorised',
        'the key of this device is wrapped with another password; unlock it first with `spacedrive network start --password <password>`',
      )
    }
    await this.#write(await this.unlock(null), password)
  }

  /** Forgets the seed, where a password can bring it back. */
  lock(): void {
    if (this.isWrapped) this.#seed = null
  }

  async #write(seed: Uint8Array, password: string | null): Promise<Uint8Array> {
    const file = await sealKey({ device: this.#deps.device, seed, password })
    await writeFileAtomically(this.#path, `${JSON.stringify(file, null, 2)}\n`).catch((err: unknown) => {
      throw pathError(err, this.#path)
    })
    if (peerKeyOf(seed) !== this.#file?.key)
      this.#deps.log.info({ key: file.key }, 'this device has a key for the network')
    this.#file = file
    this.#seed = seed
    return seed
  }

  async #read(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((err: unknown) => {
      if (systemCode(err) === 'ENOENT') return null
      throw pathError(err, this.#path)
    })
    if (text === null) return
    const json = text.length > MAX_KEY_FILE_BYTES ? null : parseJson(text)
    if (NewerKeyFile.safeParse(json).success) {
      throw new CoreError('VersionMismatch', `${this.#path} is of a newer version of Spacedrive; update this one`)
    }
    const file = KeyFile.safeParse(json)
    if (!file.success || !isWhole(file.data))
      return this.#setAside(
        'broken',
        'the key of this device for the network cannot be read: it was set aside, a new one is made, and devices are to be paired again',
      )
    if (file.data.device !== this.#deps.device) {
      return this.#setAside(
        'copied',
        'the key for the network is that of the device whose data folder was copied: it was set aside, and this device gets one of its own',
      )
    }
    this.#file = file.data
  }

  #setAside(why: 'broken' | 'copied', sentence: string): void {
    const aside = setAside(this.#path, { why, now: this.#deps.now() })
    this.#deps.log.warn({ file: this.#path, aside }, sentence)
    this.notice = `${sentence} (${aside})`
  }
}

/** Whether the seed, where it can be read, is that of the key. */
function isWhole(file: KeyFile): boolean {
  return !('seed' in file) || peerKeyOf(Buffer.from(file.seed, 'hex')) === file.key
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
