import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import { addressBytes } from '@spacedrive/core/ip-address'

export interface CertificateOptions {
  /** ECDSA over P-256: browsers take no Ed25519. */
  readonly key: KeyObject
  /** DNS names and addresses it is for, the first one first. */
  readonly names: readonly string[]
  readonly from: Date
  readonly until: Date
}

const SERIAL_BYTES = 16

// Object identifiers, as DER has them.
const ECDSA_SHA256 = '2a8648ce3d040302'
const COMMON_NAME = '550403'
const ALT_NAMES = '551d11'
const CONSTRAINTS = '551d13'
const KEY_USAGE = '551d0f'
const EXTENDED_USAGE = '551d25'
const SERVER_AUTH = '2b06010505070301'

/** A certificate that nobody vouches for but its key, as DER (RFC 5280). People compare its fingerprint. */
export function selfSignedCertificate({ from, key, names, until }: CertificateOptions): Buffer {
  const algorithm = sequence(oid(ECDSA_SHA256))
  const [common = 'spacedrive'] = names
  const subject = sequence(tlv(SET, sequence(oid(COMMON_NAME), tlv(UTF8, Buffer.from(common)))))
  const serial = randomBytes(SERIAL_BYTES)
  // Positive, and without a zero in front.
  serial[0] = (serial[0]! & 0x3f) | 0x40
  const extensions = [
    extension(ALT_NAMES, sequence(...names.map(altName))),
    extension(CONSTRAINTS, sequence(), true),
    // digitalSignature
    extension(KEY_USAGE, tlv(BITS, Buffer.from([7, 0x80])), true),
    extension(EXTENDED_USAGE, sequence(oid(SERVER_AUTH))),
  ]
  const body = sequence(
    tlv(explicit(0), tlv(INTEGER, Buffer.from([2]))),
    tlv(INTEGER, serial),
    algorithm,
    subject,
    sequence(time(from), time(until)),
    subject,
    createPublicKey(key).export({ format: 'der', type: 'spki' }),
    tlv(explicit(3), sequence(...extensions)),
  )
  return sequence(body, algorithm, tlv(BITS, Buffer.from([0]), sign('sha256', body, key)))
}

// Tags of ASN.1.
const INTEGER = 0x02
const BITS = 0x03
const OCTETS = 0x04
const OID = 0x06
const UTF8 = 0x0c
const GENERALIZED_TIME = 0x18
const SEQUENCE = 0x30
const SET = 0x31
const BOOLEAN = 0x01
const explicit = (number: number) => 0xa0 + number
const DNS_NAME = 0x82
const ADDRESS = 0x87

const TRUE = Buffer.from([0xff])
/** Longer lengths say first in how many bytes they stand. */
const SHORT = 0x80

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(value.length)]), value])
}

function lengthOf(length: number): number[] {
  if (length < SHORT) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff)
  return [SHORT + bytes.length, ...bytes]
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(SEQUENCE, ...parts)
}

function oid(hex: string): Buffer {
  return tlv(OID, Buffer.from(hex, 'hex'))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [tlv(BOOLEAN, TRUE)] : []), tlv(OCTETS, value))
}

/** `20260728120000Z` */
function time(date: Date): Buffer {
  return tlv(GENERALIZED_TIME, Buffer.from(`${date.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`))
}

function altName(name: string): Buffer {
  return isIP(name) === 0 ? tlv(DNS_NAME, Buffer.from(name)) : tlv(ADDRESS, addressBytes(name))
}
