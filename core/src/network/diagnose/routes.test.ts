import type { NetworkInterfaceInfo } from 'node:os'
import { expect, test } from 'vitest'
import { checkInterfaces, checkVpn } from './routes.ts'

const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const lan =
  'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\neth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n'
const halves =
  'tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\ntun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n'

function v4(address: string, internal = false): NetworkInterfaceInfo {
  return { address, netmask: '255.255.255.0', family: 'IPv4', mac: '', internal, cidr: `${address}/24` }
}

test('a VPN is in the way where it takes what leaves the machine', () => {
  const interfaces = { eth0: [v4('192.168.1.5')], tun0: [v4('10.8.0.2')] }
  expect(checkVpn(interfaces, head + halves + lan)).toMatchObject({
    state: 'warning',
    detail: expect.stringContaining('tun0'),
  })
  expect(checkVpn(interfaces, head + lan)).toMatchObject({ state: 'ok', detail: 'tun0 is there, and not in the way' })
  expect(checkVpn({ eth0: [v4('192.168.1.5')] }, null)).toMatchObject({ state: 'ok', detail: 'none is seen' })
})

test('a machine that is on no network is told so', () => {
  const lo = { lo: [v4('127.0.0.1', true)] }
  expect(checkInterfaces(lo, [])).toMatchObject({ state: 'error', fix: 'connect a cable or Wi-Fi' })
  const eth0 = { name: 'eth0', isUp: true, hasCarrier: false }
  expect(checkInterfaces(lo, [eth0])).toMatchObject({
    state: 'error',
    detail: expect.stringContaining('the cable is pulled'),
    fix: expect.stringContaining('plug the cable of eth0 in'),
  })
  expect(checkInterfaces(lo, [{ ...eth0, isUp: false, hasCarrier: null }])).toMatchObject({
    detail: expect.stringContaining('eth0 is switched off'),
    fix: 'sudo ip link set eth0 up',
  })
  expect(checkInterfaces({ lo: [v4('127.0.0.1', true)], eth0: [v4('192.168.1.5')] }, []).detail).toBe(
    'eth0 192.168.1.5',
  )
})
