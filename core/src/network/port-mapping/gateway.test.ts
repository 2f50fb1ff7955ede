import { isIPv4 } from 'node:net'
import { expect, test } from 'vitest'
import { findGateway, gatewayIn } from './gateway.ts'

// Recorded output of the tools on each system.

test('Linux: the default route with the lowest metric', () => {
  const routes = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	0100A8C0	0003	0	0	600	00000000	0	0	0
eth0	00000000	FE07A8C0	0003	0	0	100	00000000	0	0	0
eth0	0007A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
`
  expect(gatewayIn('linux', routes)).toBe('192.168.7.254')
  expect(gatewayIn('linux', 'tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n')).toBe(null)
  expect(gatewayIn('linux', '')).toBe(null)
})

test('macOS: the row of the gateway', () => {
  const route = `   route to: default
destination: default
       mask: default
    gateway: 192.168.1.1
  interface: en0
`
  expect(gatewayIn('darwin', route)).toBe('192.168.1.1')
  expect(gatewayIn('darwin', route.replace('192.168.1.1', 'utun4'))).toBe(null)
})

test('Windows: the row of the default route, in any language', () => {
  const table = `IPv4-Routentabelle
===========================================================================
Aktive Routen:
     Netzwerkziel    Netzwerkmaske          Gateway    Schnittstelle Metrik
          0.0.0.0          0.0.0.0      192.168.1.1     192.168.1.23     25
===========================================================================
`
  expect(gatewayIn('win32', table)).toBe('192.168.1.1')
  expect(gatewayIn('win32', table.replace('192.168.1.1 ', 'Auf Verbindung'))).toBe(null)
})

test('this machine has a router, and an address toward it, or neither', async () => {
  const found = await findGateway()
  expect(Object.values(found ?? {}).filter((address) => !isIPv4(address))).toEqual([])
})
