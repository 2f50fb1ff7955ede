import { expect, test } from 'vitest'
import { type Interfaces, isOnLocalNetwork } from './local-network.ts'

const own: Interfaces = {
  eth0: [
    {
      address: '203.0.113.5',
      netmask: '255.255.255.0',
      family: 'IPv4',
      mac: '',
      internal: false,
      cidr: '203.0.113.5/24',
    },
    {
      address: '2001:db8:1::5',
      netmask: 'ffff:ffff:ffff:ffff::',
      family: 'IPv6',
      mac: '',
      internal: false,
      cidr: '2001:db8:1::5/64',
      scopeid: 0,
    },
  ],
}

test('the local network is loopback, private ranges, the link and the networks of the interfaces', () => {
  const local = ['127.0.0.1', '::1', '10.1.2.3', '172.31.0.1', '192.168.1.2', '169.254.3.4', '::ffff:192.168.1.2']
  const link = ['fe80::1', 'fe80::1%eth0', 'fd00::1', '203.0.113.77', '2001:db8:1::77']
  for (const host of [...local, ...link]) expect([host, isOnLocalNetwork(host, own)]).toEqual([host, true])
  const outside = ['203.0.114.1', '8.8.8.8', '172.32.0.1', '100.64.0.1', '2001:db8:2::1', '::ffff:8.8.8.8', 'relay', '']
  for (const host of outside) expect([host, isOnLocalNetwork(host, own)]).toEqual([host, false])
})
