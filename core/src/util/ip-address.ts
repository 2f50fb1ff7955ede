import { isIPv4, isIPv6 } from 'node:net'

/** A group of addresses whose requests are counted together. */
export interface Origin {
  /** The IPv4 address, or the IPv6 network: a user who has one address of an IPv6 network has all of them. */
  readonly network: string
  /** For IPv6 only: a larger group, because all networks with this shorter prefix may belong to one customer. */
  readonly site: string | null
}

/**
 * Number of bytes, of the sixteen of an IPv6 address, that identify a network, and all networks of one customer (RFC
 * 6177).
 */
const NETWORK_BYTES = 8
const SITE_BYTES = 6

/** The origin of an IP address; an IPv4 address written as IPv6 counts as IPv4. */
export function originOf(address: string): Origin {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return { network: plain, site: null }
  const bytes = addressBytes(plain)
  return { network: bytes.toString('hex', 0, NETWORK_BYTES), site: bytes.toString('hex', 0, SITE_BYTES) }
}

/** The bytes of an address, in full or shortened notation. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [front, back] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  const all = tail === undefined ? front : [...front, ...zeros, ...back]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
