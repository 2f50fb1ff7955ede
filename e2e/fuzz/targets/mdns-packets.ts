import { createRequire } from 'node:module'
import { isPlausiblePacket } from '../../../core/src/network/discovery/plausible-packet.ts'
import { type FuzzTarget, reasonOf } from '../target.ts'

interface DnsPacket {
  decode(bytes: Buffer): { readonly type?: string; readonly answers?: readonly { readonly type: string }[] }
  encode(packet: object): Buffer
}

// The decoder that multicast-dns itself uses.
const fromMulticastDns = createRequire(createRequire(import.meta.url).resolve('multicast-dns'))
const dnsPacket = fromMulticastDns('dns-packet') as DnsPacket

export const target: FuzzTarget = {
  reads: 'packets of the local network (mDNS), as multicast-dns decodes those that look plausible',
  guides: ['core/src/network/discovery/plausible-packet.ts', 'node_modules/dns-packet/'],
  maxBytes: 512,
  seeds: () => [
    dnsPacket.encode({ type: 'query', questions: [{ type: 'PTR', name: '_spacedrive._udp.local' }] }),
    dnsPacket.encode({
      type: 'response',
      answers: [
        { type: 'TXT', name: 'a._spacedrive._udp.local', data: ['v=1', 'kind=gone'] },
        { type: 'SRV', name: 'a._spacedrive._udp.local', data: { port: 1, target: 'b.local' } },
        { type: 'A', name: 'b.local', data: '10.0.0.1' },
      ],
    }),
  ],
  run(bytes) {
    if (!isPlausiblePacket(bytes)) return 'implausible'
    try {
      const { answers = [], type = '' } = dnsPacket.decode(Buffer.from(bytes))
      return `${type} ${answers.map((answer) => answer.type).join()}`
    } catch (err) {
      // The library catches every error of its decoder. What counts is that one packet takes neither time nor memory.
      return reasonOf((err as Error).message)
    }
  },
}
