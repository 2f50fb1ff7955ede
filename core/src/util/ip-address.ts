import { isIPv4, isIPv6 } from 'node:net'

/** Whose doings are counted together. */
export interface Origin {
  /** An address of IPv4; of IPv6 the network, for whoever has one address of it has all. */
  readonly network: string
  /** Of IPv6 alone: networks that begin alike may be one person's. */
  readonly site: string | null
}

/** Of the sixteen bytes of an address: a network, and all networks of one customer (RFC 6177). */
const NETWORK_BYTES = 8
const SITE_BYTES = 6

/** Whom an IP address is of, also where one of IPv4 is written as one of IPv6. */
export function originOf(address: string): Origin {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(plain)) return { network: plain, site: null }
  const bytes = addressBytes(plain)
  return { network: bytes.toString('hex', 0, NETWORK_BYTES), site: bytes.toString('hex', 0, SITE_BYTES) }
}

/** The bytes of an address, whichever way it is shortened. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [front, back] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  const all = tail === undefined ? front : [...front, ...zeros, ...back]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
