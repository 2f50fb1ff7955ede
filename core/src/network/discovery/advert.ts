import { BlockList, isIP, isIPv4 } from 'node:net'
import { z } from 'zod'
import { PeerKey } from '../../domain/index.ts'

/** Maximum number of addresses in one packet. */
export const MAX_ADDRESSES = 8
/** Maximum number of ids in one packet. With the addresses, the packet stays below the size of one Ethernet frame. */
export const MAX_IDS = 24
/** Longest name of a device, in characters. */
const MAX_NAME = 64
/** Maximum number of strings in one TXT record, and of bytes in one string. A larger record is ignored. */
const MAX_TEXTS = 64
const MAX_TEXT_BYTES = 255

const version = '1'

/** The parsed content of one packet. */
export type Advert =
  | {
      /** `paired`: addressed to paired devices. `code`: addressed to devices that have the pairing code. */
      readonly kind: 'paired' | 'code'
      readonly slot: number
      readonly ids: readonly string[]
      readonly addresses: readonly string[]
    }
  | { readonly kind: 'visible'; readonly key: PeerKey; readonly name: string; readonly addresses: readonly string[] }
  | {
      /** The device with this key is no longer visible to strangers. */
      readonly kind: 'gone'
      readonly key: PeerKey
    }

const Address = z.string().max(64).refine(isAddress)
const Addresses = z.array(Address).max(MAX_ADDRESSES)
const Fields = z.union([
  z.object({
    kind: z.enum(['paired', 'code']),
    slot: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
    ids: z.array(z.string().regex(/^[0-9a-f]{32}$/)).max(MAX_IDS),
    addresses: Addresses,
  }),
  z.object({ kind: z.literal('visible'), key: PeerKey, name: z.string().min(1).max(MAX_NAME), addresses: Addresses }),
  z.object({ kind: z.literal('gone'), key: PeerKey }),
])

/** The strings of the packet's TXT record (RFC 6763 §6). */
export function writeAdvert(advert: Advert): string[] {
  const head = [`v=${version}`, `kind=${advert.kind}`]
  if (advert.kind === 'gone') return [...head, `key=${advert.key}`]
  const common = [...head, ...advert.addresses.map((address) => `a=${address}`)]
  if (advert.kind === 'visible') return [...common, `key=${advert.key}`, `name=${advert.name}`]
  return [...common, `slot=${advert.slot}`, ...advert.ids.map((id) => `i=${id}`)]
}

/**
 * Reads the strings of a TXT record; null if they are not from Spacedrive or not valid. Any device on the network can
 * send them.
 */
export function readAdvert(texts: readonly Uint8Array[]): Advert | null {
  if (texts.length > MAX_TEXTS || texts.some((text) => text.length > MAX_TEXT_BYTES)) return null
  const pairs = texts.map((text) => splitPair(Buffer.from(text).toString('utf8')))
  const all = (name: string) => pairs.flatMap(([key, value]) => (key === name ? [value] : []))
  const one = (name: string) => all(name)[0]
  if (one('v') !== version) return null
  const fields = Fields.safeParse({
    kind: one('kind'),
    slot: Number(one('slot')),
    ids: all('i'),
    key: one('key'),
    name: one('name'),
    addresses: all('a'),
  })
  return fields.success ? fields.data : null
}

function splitPair(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function isAddress(address: string): boolean {
  return hostOf(address) !== null
}

/** The IP address of `host:port`; null for anything else. */
export function hostOf(address: string): string | null {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(address)
  const host = parts?.[1] ?? parts?.[2] ?? ''
  const port = Number(parts?.[3])
  return isIP(host) !== 0 && port > 0 && port <= 65_535 ? host : null
}

/**
 * The addresses that this device may dial if `source` announces them: the source itself, and private addresses (RFC
 * 1918, 3927, 4193, 6598). This way, no packet can make this device contact the internet. Loopback addresses count
 * only if the packet came from this machine.
 */
export function believable(addresses: readonly string[], source: string): string[] {
  return addresses.filter((address) => {
    const host = hostOf(address)
    if (host === null) return false
    if (host === source) return true
    if (isIn(loopback, host)) return isIn(loopback, source)
    return isIn(privateRanges, host)
  })
}

function isIn(ranges: BlockList, host: string): boolean {
  return ranges.check(host, isIPv4(host) ? 'ipv4' : 'ipv6')
}

function rangesOf(v4: readonly (readonly [string, number])[], v6: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of v4) list.addSubnet(net, prefix, 'ipv4')
  for (const [net, prefix] of v6) list.addSubnet(net, prefix, 'ipv6')
  return list
}

const loopback = rangesOf([['127.0.0.0', 8]], [['::1', 128]])
const privateRanges = rangesOf(
  [
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['169.254.0.0', 16],
    ['100.64.0.0', 10],
  ],
  [
    ['fc00::', 7],
    ['fe80::', 10],
  ],
)
