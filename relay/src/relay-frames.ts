import { CoreError } from '@spacedrive/core/errors'
import { isSignedBy, PeerKey } from '@spacedrive/core/relay-protocol'

// Version 2 of the protocol between Iroh and its relays: WebSocket messages, each with its kind in the first byte.

export const RELAY_PROTOCOLS = ['iroh-relay-v2', 'iroh-relay-v1'] as const

export const kinds = {
  challenge: 0,
  clientAuth: 1,
  accepted: 2,
  denied: 3,
  send: 4,
  sendBatch: 5,
  receive: 6,
  receiveBatch: 7,
  gone: 8,
  ping: 9,
  pong: 10,
} as const

export const CHALLENGE_BYTES = 16
export const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
export const PING_BYTES = 8
/** Largest message that Iroh sends: a batch of packets. */
export const MAX_FRAME_BYTES = 1_048_576
/** The BLAKE3 context in which the challenge is hashed before it is signed. */
const CHALLENGE_CONTEXT = 'iroh-relay handshake v1 challenge signature'

/** The key that a client has proved; null if the proof is wrong. */
export async function authenticate(message: Uint8Array, challenge: Uint8Array): Promise<PeerKey | null> {
  const auth = readClientAuth(message)
  if (!auth) return null
  const { Blake3Hasher } = await loadBlake3()
  const signed = Blake3Hasher.deriveKey(CHALLENGE_CONTEXT, challenge)
  const key = PeerKey.parse(Buffer.from(auth.key).toString('hex'))
  try {
    return isSignedBy(key, signed, auth.signature) ? key : null
  } catch {
    // The 32 bytes are not a valid key.
    return null
  }
}

/** Format: kind, key, length of the signature, signature. */
function readClientAuth(message: Uint8Array): { key: Uint8Array; signature: Uint8Array } | null {
  if (message.length !== 1 + KEY_BYTES + 1 + SIGNATURE_BYTES) return null
  if (message[0] !== kinds.clientAuth || message[1 + KEY_BYTES] !== SIGNATURE_BYTES) return null
  return { key: message.subarray(1, 1 + KEY_BYTES), signature: message.subarray(-SIGNATURE_BYTES) }
}

/** Throws `Unsupported` if there is no build for this machine. Without it no key can be checked. */
export async function loadBlake3() {
  try {
    return await import('@napi-rs/blake-hash')
  } catch (err) {
    throw new CoreError('Unsupported', `this relay does not support ${process.platform} ${process.arch}`, {
      cause: err,
    })
  }
}

/** Tells a client why it is refused. Format: kind, length, text. */
export function deniedFrame(reason: string): Uint8Array {
  const text = Buffer.from(reason)
  return Buffer.concat([Buffer.of(kinds.denied, text.length), text])
}

export interface Packet {
  readonly to: PeerKey
  /** The packet for its receiver: the receiver's key is replaced by the sender's. */
  readonly forwardedFrom: (sender: PeerKey) => Uint8Array
}

/** Null if the frame is too short. */
export function readPacket(frame: Uint8Array): Packet | null {
  if (frame.length <= 1 + KEY_BYTES) return null
  const to = Buffer.from(frame.subarray(1, 1 + KEY_BYTES)).toString('hex') as PeerKey
  const forwardedFrom = (sender: PeerKey) => {
    const forwarded = Uint8Array.from(frame)
    forwarded[0] = frame[0] === kinds.send ? kinds.receive : kinds.receiveBatch
    forwarded.set(Buffer.from(sender, 'hex'), 1)
    return forwarded
  }
  return { to, forwardedFrom }
}
