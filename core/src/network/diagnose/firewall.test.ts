import { expect, test } from 'vitest'
import { checkFirewall, type FirewallFacts, readFirewall } from './firewall.ts'

// Recorded output of the tools on each system.

const ports = { udp: [45_123], tcp: 45_124 }
const nothing: FirewallFacts = {
  platform: 'linux',
  ufw: null,
  ufwConf: null,
  firewalld: null,
  nft: null,
  iptables: null,
  applicationFirewall: null,
  netsh: null,
}
const check = (facts: Partial<FirewallFacts>) => checkFirewall({ ...nothing, ...facts }, ports)

const ufw = `Status: active

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW       Anywhere
45123/udp                  ALLOW       Anywhere
45123/udp (v6)             ALLOW       Anywhere (v6)
`

test('ufw: what it does not let in is named, with the command', () => {
  expect(check({ ufw })).toEqual({
    name: 'firewall',
    state: 'error',
    detail: 'ufw does not let 45124/tcp in',
    fix: 'sudo ufw allow 45124/tcp',
  })
  expect(check({ ufw: `${ufw}45000:46000/tcp            ALLOW       Anywhere\n` }).state).toBe('ok')
  expect(check({ ufw: `${ufw}Anywhere                   ALLOW       192.168.1.0/24\n` }).state).toBe('ok')
  expect(check({ ufw: ufw.replaceAll('ALLOW', 'DENY ') }).fix).toBe(
    'sudo ufw allow 45123/udp && sudo ufw allow 45124/tcp',
  )
  expect(check({ ufw: 'Status: inactive\n' }).state).toBe('ok')
})

test('ufw: who is not root knows only that it is on', () => {
  expect(check({ ufwConf: '# /etc/ufw/ufw.conf\nENABLED=yes\nLOGLEVEL=low\n' })).toMatchObject({ state: 'warning' })
  expect(check({ ufwConf: 'ENABLED=no\n' })).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining('ufw is off'),
  })
})

const firewalld = `public (active)
  target: default
  icmp-block-inversion: no
  interfaces: enp3s0
  sources:
  services: dhcpv6-client ssh
  ports: 45100-45200/udp
  protocols:
  forward: yes
`

test('firewalld: ports, and the service of multicast DNS', () => {
  expect(check({ firewalld })).toMatchObject({
    state: 'error',
    detail: 'firewalld does not let 45124/tcp, multicast DNS in',
    fix: 'sudo firewall-cmd --permanent --add-port=45124/tcp --add-service=mdns && sudo firewall-cmd --reload',
  })
  const open = firewalld.replace('ssh', 'ssh mdns').replace('/udp', '/udp 45124/tcp')
  expect(check({ firewalld: open }).state).toBe('ok')
})

const nft = `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iifname "lo" accept
		tcp dport { 22, 80 } accept
		udp dport 45123 accept
	}
	chain output {
		type filter hook output priority filter; policy accept;
	}
}
`

test('nftables: the chain that drops, and the rules that are missing in it', () => {
  expect(check({ nft })).toMatchObject({
    state: 'error',
    detail: 'nftables drops what comes in (inet filter input): udp dport 5353, tcp dport 45124',
    fix: 'sudo nft insert rule inet filter input udp dport 5353 accept && sudo nft insert rule inet filter input tcp dport 45124 accept',
  })
  const open = nft.replace('{ 22, 80 }', '{ 22, 45000-46000 }').replace('udp dport 45123', 'udp dport { mdns, 45123 }')
  expect(check({ nft: open }).state).toBe('ok')
  expect(check({ nft: open.replace('45000-46000 }', '45000-46000 } ct state established') }).state).toBe('error')
  expect(check({ nft: nft.replace('policy drop', 'policy accept') }).state).toBe('ok')
  expect(
    check({
      nft: nft
        .replace('policy drop;', 'policy accept;')
        .replace('		udp dport 45123 accept', '		counter packets 3 bytes 180 reject'),
    }).state,
  ).toBe('error')
})

test('iptables: by the policy, or by a last rule', () => {
  const closed = '-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p udp -m udp --dport 5353 -j ACCEPT\n'
  expect(check({ iptables: closed })).toMatchObject({
    state: 'error',
    fix: 'sudo iptables -I INPUT -p udp --dport 45123 -j ACCEPT && sudo iptables -I INPUT -p tcp --dport 45124 -j ACCEPT',
  })
  const open = `${closed}-A INPUT -p udp -m multiport --dports 45123,45125 -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 45124 -j ACCEPT\n`
  expect(check({ iptables: open }).state).toBe('ok')
  expect(check({ iptables: '-P INPUT ACCEPT\n' }).state).toBe('ok')
  expect(check({ iptables: '-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n' }).state).toBe(
    'error',
  )
})

test('macOS and Windows say that they ask, and how it is answered', () => {
  const mac = (text: string) => check({ platform: 'darwin', applicationFirewall: text })
  expect(mac('Firewall is disabled. (State = 0)\n').state).toBe('ok')
  expect(mac('Firewall is enabled. (State = 1)\n')).toMatchObject({
    state: 'warning',
    fix: expect.stringContaining('--add'),
  })
  expect(mac('Firewall is set to block all non-essential incoming connections. (State = 2)\n').state).toBe('error')
  const windows = check({
    platform: 'win32',
    netsh: 'Public Profile Settings:\n-----\nState                                 ON\nOk.\n',
  })
  expect(windows.fix).toContain('protocol=UDP localport=45123,5353')
})

test('the tools of this machine are asked, whichever there are', async () => {
  const facts = await readFirewall(AbortSignal.timeout(30_000))
  expect(facts.platform).toBe(process.platform)
  expect(['ok', 'warning', 'error']).toContain(checkFirewall(facts, ports).state)
})
