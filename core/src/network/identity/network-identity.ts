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

/** A key file has a few hundred bytes; a larger file is not a key file. */
const MAX_KEY_FILE_BYTES = 16_384

export interface NetworkIdentityDeps {
  readonly dataDir: string
  readonly device: DeviceId
  readonly log: Logger
  readonly now: () => number
}

/** The network identity of this device: an Ed25519 key in `network-key.json`, which only its user can read. */
export class NetworkIdentity {
  readonly #deps: NetworkIdentityDeps
  readonly #path: string
  #file: KeyFile | null
  #seed: Uint8Array | null = null
  /** A message for the user about a key file that was set aside; null if there is none. */
  notice: string | null = null

  private constructor(deps: NetworkIdentityDeps, path: string) {
    this.#deps = deps
    this.#path = path
    this.#file = null
  }

  /**
   * Reads the existing key. A file that is broken, or that came with a copy of another device's data folder, is set
   * aside with its content. Throws `VersionMismatch` if a newer version of Spacedrive wrote the file.
   */
  static async open(deps: NetworkIdentityDeps): Promise<NetworkIdentity> {
    const identity = new NetworkIdentity(deps, join(deps.dataDir, 'network-key.json'))
    await identity.#read()
    return identity
  }

  /** Null until a key was made. */
  get key(): PeerKey | null {
    return this.#file?.key ?? null
  }

  /** Null until the key is unlocked. */
  get seed(): Uint8Array | null {
    return this.#seed
  }

  /** Whether a password is needed before the key can be used. */
  get isLocked(): boolean {
    return this.#file !== null && 'wrapped' in this.#file && this.#seed === null
  }

  /** Whether the key is stored wrapped with a password. */
  get isWrapped(): boolean {
    return this.#file !== null && 'wrapped' in this.#file
  }

  /**
   * Returns the seed. Makes a key if there is none, wrapped with the password if one is given. Throws `NotAuthorised`
   * if a needed password is missing, or a given one is wrong, even if the key is already unlocked.
   */
  async unlock(password: string | null): Promise<Uint8Array> {
    if (this.#file === null) return this.#write(randomBytes(SEED_BYTES), password)
    if (this.#seed === null || password !== null) this.#seed = await openKey(this.#file, password)
    return this.#seed
  }

  /**
   * Stores the key wrapped with another password; null stores it unwrapped. Throws `NotAuthorised` if the key is
   * locked: unlock it with the old password first.
   */
  async rewrap(password: string | null): Promise<void> {
    if (this.isLocked) {
      throw new CoreError(
        'NotAuthorised',
        'the key of this device is encrypted with another password; unlock it first with `spacedrive network start --password <password>`',
      )
    }
    await this.#write(await this.unlock(null), password)
  }

  /** Forgets the seed if a password protects it in the file. */
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
      throw new CoreError(
        'VersionMismatch',
        `${this.#path} was written by a newer version of Spacedrive; update Spacedrive`,
      )
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

/** Whether an unwrapped seed belongs to the public key in the file. */
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
