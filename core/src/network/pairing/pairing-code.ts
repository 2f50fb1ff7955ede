import { hkdfSync } from 'node:crypto'
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import type { PeerKey } from '../../domain/ids.ts'
import { CoreError } from '../../util/errors.ts'
import { nearest } from '../../util/nearest.ts'
import { peerKeyOf, SEED_BYTES } from '../identity/ed25519.ts'
import { LABEL } from './protocol.ts'

/** A code is twelve words of BIP39: 128 random bits and a checksum of four. */
export const CODE_WORDS = 12
export const ENTROPY_BYTES = 16
/** Length of the other values derived from the code, in bytes. */
const SECRET_BYTES = 32
/** Length of a session id, in bytes. */
export const SESSION_BYTES = 16
/** Longest text that is searched for words. */
const MAX_CODE_CHARS = 1_000

/** The keys and ids that both sides derive from the words. No other device can derive them. */
export interface CodeKeys {
  /** Seed of the endpoint that the inviter opens for as long as the code is valid. */
  readonly endpointSeed: Uint8Array
  /** The public key of the inviter's endpoint, which the joiner dials. */
  readonly endpointKey: PeerKey
  /** Part of the key that confirms the exchange. */
  readonly secret: Uint8Array
  /** Identifies the attempt. Without the secret, it is of no use to an attacker. */
  readonly session: Uint8Array
  /** The secret by which the inviter is found on the local network and at a rendezvous. */
  readonly discovery: Uint8Array
}

/** The words for 16 random bytes. */
export function codeOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist)
}

/**
 * The bytes behind twelve words. The words may be in any case, with any spaces, commas, hyphens or numbers between
 * them. Throws `InvalidInput` if the number of words is wrong, if words are unknown (it suggests similar ones), or if
 * the checksum does not fit.
 */
export function parseCode(text: string): Uint8Array {
  if (text.length > MAX_CODE_CHARS) throw new CoreError('InvalidInput', `a pairing code has ${CODE_WORDS} words`)
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
  const unknown = words.flatMap((word, at) => (wordlist.includes(word) ? [] : [{ word, position: at + 1 }]))
  if (words.length !== CODE_WORDS) {
    throw new CoreError('InvalidInput', `a pairing code has ${CODE_WORDS} words; these are ${words.length}`, {
      details: { words: words.length },
    })
  }
  if (unknown.length > 0) {
    const suggestions = unknown.map(({ word, position }) => ({ word, position, nearest: nearest(word, wordlist) }))
    throw new CoreError('InvalidInput', suggestions.map(unknownWord).join('; '), { details: { unknown: suggestions } })
  }
  try {
    return mnemonicToEntropy(words.join(' '), wordlist)
  } catch (err) {
    throw new CoreError('InvalidInput', 'this code is wrong: one word is wrong, or two words are in the wrong order', {
      cause: err,
    })
  }
}

function unknownWord(of: { word: string; position: number; nearest: readonly string[] }): string {
  const meant = of.nearest.length > 0 ? `; was it ${of.nearest.join(' or ')}?` : ''
  return `word ${of.position}, ${JSON.stringify(of.word)}, is in no code${meant}`
}

export function deriveCode(entropy: Uint8Array): CodeKeys {
  const endpointSeed = derive(entropy, 'endpoint', SEED_BYTES)
  return {
    endpointSeed,
    endpointKey: peerKeyOf(endpointSeed),
    secret: derive(entropy, 'secret', SECRET_BYTES),
    session: derive(entropy, 'session', SESSION_BYTES),
    discovery: derive(entropy, 'discovery', SECRET_BYTES),
  }
}

/** HKDF-SHA256 (RFC 5869). */
function derive(entropy: Uint8Array, info: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', entropy, LABEL, info, bytes))
}
