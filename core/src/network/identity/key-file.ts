import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import { DeviceId, PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import { peerKeyOf, SEED_BYTES } from './ed25519.ts'

/** Version of the format of `network-key.json`. */
export const KEY_FILE_VERSION = 1

/**
 * argon2id, the second recommended set of RFC 9106 §4: 64 MiB, three passes, four lanes. The parameters are stored
 * beside the wrapped key, so that a later version can choose stronger ones.
 */
const COST = { memoryKiB: 65_536, passes: 3, parallelism: 4 }
/** Maximum accepted cost. Otherwise a manipulated file could delay the start of this device. */
const MAX_COST = { memoryKiB: 1_048_576, passes: 16, parallelism: 16 }
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16

function hex(bytes: number) {
  return z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))
}

const head = {
  version: z.literal(KEY_FILE_VERSION),
  /** The device that the key was made for. It shows whether the data folder was copied from another device. */
  device: DeviceId,
  key: PeerKey,
}
/** AES-256-GCM under a key that argon2id derives from the password. */
const Wrapped = z.object({
  algorithm: z.literal('argon2id+aes-256-gcm'),
  memoryKiB: z.int().min(8).max(MAX_COST.memoryKiB),
  passes: z.int().min(1).max(MAX_COST.passes),
  parallelism: z.int().min(1).max(MAX_COST.parallelism),
  salt: hex(SALT_BYTES),
  nonce: hex(NONCE_BYTES),
  sealed: hex(SEED_BYTES + TAG_BYTES),
})
type Wrapped = z.infer<typeof Wrapped>

/** `network-key.json`: the seed itself, or the seed wrapped with a password. */
export const KeyFile = z.union([z.object({ ...head, seed: hex(SEED_BYTES) }), z.object({ ...head, wrapped: Wrapped })])
export type KeyFile = z.infer<typeof KeyFile>

export const NewerKeyFile = z.object({ version: z.number().gt(KEY_FILE_VERSION) })

export interface Sealing {
  readonly device: DeviceId
  readonly seed: Uint8Array
  /** Null: the seed is stored unwrapped. */
  readonly password: string | null
}

export async function sealKey({ device, password, seed }: Sealing): Promise<KeyFile> {
  const start = { version: KEY_FILE_VERSION, device, key: peerKeyOf(seed) } as const
  if (password === null) return { ...start, seed: Buffer.from(seed).toString('hex') }
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', await stretch(password, { ...COST, salt }), nonce)
  cipher.setAAD(Buffer.from(start.key))
  const sealed = Buffer.concat([cipher.update(seed), cipher.final(), cipher.getAuthTag()])
  const [saltHex, nonceHex, sealedHex] = [salt, nonce, sealed].map((bytes) => bytes.toString('hex'))
  const wrapped: Wrapped = {
    algorithm: 'argon2id+aes-256-gcm',
    ...COST,
    salt: saltHex!,
    nonce: nonceHex!,
    sealed: sealedHex!,
  }
  return { ...start, wrapped }
}

/**
 * The seed in a key file. Throws `NotAuthorised` if the password is missing or wrong, and `Corrupt` if the seed does
 * not fit the public key.
 */
export async function openKey(file: KeyFile, password: string | null): Promise<Uint8Array> {
  const seed = 'seed' in file ? Buffer.from(file.seed, 'hex') : await unwrap(file, file.wrapped, password)
  if (peerKeyOf(seed) !== file.key)
    throw new CoreError(
      'Corrupt',
      'the key file of this device is damaged: its public key does not match its secret key',
    )
  return seed
}

async function unwrap({ key }: KeyFile, wrapped: Wrapped, password: string | null): Promise<Uint8Array> {
  if (password === null) {
    throw new CoreError(
      'NotAuthorised',
      'the key of this device is wrapped with a password; `spacedrive network start --password <password>`',
    )
  }
  const salt = Buffer.from(wrapped.salt, 'hex')
  const sealed = Buffer.from(wrapped.sealed, 'hex')
  const decipher = createDecipheriv(
    'aes-256-gcm',
    await stretch(password, { ...wrapped, salt }),
    Buffer.from(wrapped.nonce, 'hex'),
  )
  decipher.setAAD(Buffer.from(key))
  decipher.setAuthTag(sealed.subarray(SEED_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, SEED_BYTES)), decipher.final()])
  } catch (cause) {
    throw new CoreError('NotAuthorised', 'the password for the key of this device is wrong', {
      cause,
    })
  }
}

const argon2Async = promisify(argon2)

function stretch(
  password: string,
  { memoryKiB, parallelism, passes, salt }: Pick<Wrapped, 'memoryKiB' | 'passes' | 'parallelism'> & { salt: Buffer },
): Promise<Buffer> {
  return argon2Async('argon2id', {
    // NFC, so that a password has the same bytes on every system.
    message: Buffer.from(password.normalize('NFC')),
    nonce: salt,
    memory: memoryKiB,
    passes,
    parallelism,
    tagLength: 32,
  })
}
