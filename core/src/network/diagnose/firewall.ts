import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { broken, fine, type NetworkCheck, warning } from './check.ts'

/** The output of this machine's firewall tools; null if a tool is missing, or only root may run it. */
export interface FirewallFacts {
  readonly platform: NodeJS.Platform
  /** `ufw status` */
  readonly ufw: string | null
  /** `/etc/ufw/ufw.conf`, which every user may read. */
  readonly ufwConf: string | null
  /** `firewall-cmd --list-all` */
  readonly firewalld: string | null
  /** `nft list ruleset` */
  readonly nft: string | null
  /** `iptables -S INPUT` */
  readonly iptables: string | null
  /** `socketfilterfw --getglobalstate` of macOS. */
  readonly applicationFirewall: string | null
  /** `netsh advfirewall show currentprofile state` of Windows. */
  readonly netsh: string | null
}

/** The ports that the firewall must accept. */
export interface WantedPorts {
  /** Ports of connections. */
  readonly udp: readonly number[]
  /** The TCP port for files; null if it changes, so that no rule can name it. */
  readonly tcp: number | null
}

/** The port of multicast DNS, RFC 6762. */
export const MULTICAST_PORT = 5_353
const TOOL_TIMEOUT_MS = 3_000
const MAX_OUTPUT = 4 * 1_048_576
const NAME = 'firewall'

export async function readFirewall(signal: AbortSignal): Promise<FirewallFacts> {
  const { platform } = process
  const say = (...words: readonly [string, ...string[]]) => output(words, signal)
  const linux = platform === 'linux'
  const [ufw, ufwConf, firewalld, nft, iptables, applicationFirewall, netsh] = await Promise.all([
    linux ? say('ufw', 'status') : null,
    linux ? readFile('/etc/ufw/ufw.conf', 'utf8').catch(() => null) : null,
    linux ? say('firewall-cmd', '--list-all') : null,
    linux ? say('nft', 'list', 'ruleset') : null,
    linux ? say('iptables', '-S', 'INPUT') : null,
    platform === 'darwin' ? say('/usr/libexec/ApplicationFirewall/socketfilterfw', '--getglobalstate') : null,
    platform === 'win32' ? say('netsh', 'advfirewall', 'show', 'currentprofile', 'state') : null,
  ])
  return { platform, ufw, ufwConf, firewalld, nft, iptables, applicationFirewall, netsh }
}

/**
 * Checks whether the firewall accepts connections, files and multicast. If not, `fix` is the command that allows them.
 */
export function checkFirewall(facts: FirewallFacts, wanted: WantedPorts): NetworkCheck {
  const ports = { ...wanted, udp: [...wanted.udp, MULTICAST_PORT] }
  if (facts.platform === 'darwin') return checkMac(facts)
  if (facts.platform === 'win32') return checkWindows(facts, ports)
  return checkUfw(facts, ports) ?? checkFirewalld(facts, ports) ?? checkNft(facts, ports) ?? checkIptables(facts, ports)
}

/** Null if ufw is missing or off. */
function checkUfw({ ufw, ufwConf }: FirewallFacts, { tcp, udp }: WantedPorts): NetworkCheck | null {
  const isOn = ufw === null ? /^ENABLED=yes/m.test(ufwConf ?? '') : /^Status: active/m.test(ufw)
  if (!isOn) return null
  const commands = (closed: readonly string[]) => closed.map((port) => `sudo ufw allow ${port}`).join(' && ')
  // By default ufw accepts multicast DNS.
  const all = [...udp.filter((port) => port !== MULTICAST_PORT).map((port) => `${port}/udp`), ...tcpPort(tcp)]
  if (ufw === null)
    return warning(
      NAME,
      'ufw is on; only root may see what it lets in',
      `where devices do not connect: ${commands(all)}`,
    )
  const closed = all.filter((port) => !ufwAllows(ufw, port))
  if (closed.length === 0) return fine(NAME, `ufw lets ${all.join(', ')} in`)
  return broken(NAME, `ufw does not let ${closed.join(', ')} in`, commands(closed))
}

function ufwAllows(status: string, wanted: string): boolean {
  const [port, kind] = wanted.split('/') as [string, string]
  return status.split('\n').some((line) => {
    const [, to] = /^(\S+)(?: \(v6\))?\s+ALLOW(?: IN)?\s+\S/.exec(line) ?? []
    if (to === undefined) return false
    // A rule such as `Anywhere ALLOW 192.168.1.0/24` accepts a whole network.
    if (to === 'Anywhere') return true
    const [range, of] = to.split('/') as [string, string | undefined]
    return (of === undefined || of === kind) && range.split(',').some((each) => covers(each, Number(port)))
  })
}

function covers(range: string, port: number): boolean {
  const [from, to = from] = range.split(/[:-]/).map(Number)
  return from !== undefined && port >= from && port <= to!
}

function checkFirewalld({ firewalld }: FirewallFacts, { tcp, udp }: WantedPorts): NetworkCheck | null {
  if (firewalld === null || !/^\s*ports:/m.test(firewalld)) return null
  if (/^\s*target:\s*ACCEPT/m.test(firewalld)) return fine(NAME, 'firewalld lets everything in')
  const words = (what: string) => new RegExp(`^\\s*${what}:(.*)$`, 'm').exec(firewalld)?.[1]?.trim().split(/\s+/) ?? []
  const [ports, services] = [words('ports'), words('services')]
  const isOpen = (wanted: string) => {
    const [port, kind] = wanted.split('/') as [string, string]
    return ports.some((open) => open.endsWith(`/${kind}`) && covers(open.split('/')[0]!, Number(port)))
  }
  const connections = [...udp.filter((port) => port !== MULTICAST_PORT).map((port) => `${port}/udp`), ...tcpPort(tcp)]
  const closed = connections.filter((port) => !isOpen(port))
  const hears = services.includes('mdns') || isOpen(`${MULTICAST_PORT}/udp`)
  if (closed.length === 0 && hears) return fine(NAME, `firewalld lets ${connections.join(', ')} and multicast in`)
  const adding = [...closed.map((port) => `--add-port=${port}`), ...(hears ? [] : ['--add-service=mdns'])]
  return broken(
    NAME,
    `firewalld does not let ${[...closed, ...(hears ? [] : ['multicast DNS'])].join(', ')} in`,
    `sudo firewall-cmd --permanent ${adding.join(' ')} && sudo firewall-cmd --reload`,
  )
}

function checkNft({ nft }: FirewallFacts, { tcp, udp }: WantedPorts): NetworkCheck | null {
  const chain = nft === null ? null : closingChain(nft)
  if (chain === null) return null
  const closed = [
    ...udp.map((port) => `udp dport ${port}`),
    ...tcpPorts(tcp).map((port) => `tcp dport ${port}`),
  ].filter((rule) => !chain.lines.some((line) => nftAccepts(line, rule)))
  if (closed.length === 0) return fine(NAME, `nftables lets devices in (${chain.name})`)
  const commands = closed.map((rule) => `sudo nft insert rule ${chain.name} ${rule} accept`)
  return broken(NAME, `nftables drops what comes in (${chain.name}): ${closed.join(', ')}`, commands.join(' && '))
}

/** The first chain at `input` that drops or rejects packets which no rule accepts. */
function closingChain(ruleset: string): { name: string; lines: readonly string[] } | null {
  let table = ''
  let chain: { name: string; lines: string[] } | null = null
  for (const raw of ruleset.split('\n')) {
    const line = raw.trim()
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table
    const begun = /^chain (\S+) \{/.exec(line)?.[1]
    if (begun !== undefined) chain = { name: `${table} ${begun}`, lines: [] }
    else if (line === '}' && chain) {
      if (isClosing(chain.lines)) return chain
      chain = null
    } else chain?.lines.push(line)
  }
  return null
}

function isClosing(lines: readonly string[]): boolean {
  const hook = lines.find((line) => line.includes('hook input'))
  if (hook === undefined || !hook.startsWith('type filter')) return false
  return (
    hook.includes('policy drop') ||
    lines.some((line) => /^(counter (packets \d+ bytes \d+ )?)?(drop|reject)\b/.test(line))
  )
}

function nftAccepts(line: string, rule: string): boolean {
  // A rule for established connections does not accept new ones.
  if (!/\baccept\b/.test(line) || /\bct state (?!.*\bnew\b)/.test(line)) return false
  const [kind, , port] = rule.split(' ') as [string, string, string]
  const [, ports] = new RegExp(`\\b(?:${kind}|th) dport (\\{[^}]*\\}|\\S+)`).exec(line) ?? []
  if (ports === undefined) return line === 'accept'
  return ports
    .replaceAll(/[{}\s]/g, '')
    .split(',')
    .some((each) => covers(each === 'mdns' ? String(MULTICAST_PORT) : each, Number(port)))
}

function checkIptables({ iptables, nft, ufwConf }: FirewallFacts, { tcp, udp }: WantedPorts): NetworkCheck {
  if (iptables === null && nft === null) {
    const detail = 'no firewall is seen; where there is one, only root may look'
    return ufwConf === null ? fine(NAME, detail) : fine(NAME, `ufw is off; ${detail}`)
  }
  const lines = (iptables ?? '').split('\n').map((line) => line.trim())
  const drops = lines.some((line) => /^-P INPUT DROP$|^-A INPUT -j (DROP|REJECT)\b/.test(line))
  if (!drops) return fine(NAME, 'nothing that comes in is dropped')
  const closed = [
    ...udp.map((port) => ['udp', port] as const),
    ...tcpPorts(tcp).map((port) => ['tcp', port] as const),
  ].filter(([kind, port]) => !lines.some((line) => iptablesAccepts(line, kind, port)))
  if (closed.length === 0) return fine(NAME, 'iptables lets devices in')
  const commands = closed.map(([kind, port]) => `sudo iptables -I INPUT -p ${kind} --dport ${port} -j ACCEPT`)
  const names = closed.map(([kind, port]) => `${port}/${kind}`)
  return broken(NAME, `iptables drops ${names.join(', ')}`, commands.join(' && '))
}

function iptablesAccepts(line: string, kind: 'udp' | 'tcp', port: number): boolean {
  if (!/^-A INPUT .*-j ACCEPT$|^-A INPUT -j ACCEPT$/.test(line)) return false
  if (line === '-A INPUT -j ACCEPT') return true
  const [, ports] = /--dports? (\S+)/.exec(line) ?? []
  return ports !== undefined && line.includes(`-p ${kind}`) && ports.split(',').some((each) => covers(each, port))
}

function checkMac({ applicationFirewall }: FirewallFacts): NetworkCheck {
  if (applicationFirewall === null || /State = 0/.test(applicationFirewall))
    return fine(NAME, 'the firewall of macOS is off; what pf does, only root may see (`sudo pfctl -sr`)')
  const adding = `sudo /usr/libexec/ApplicationFirewall/socketfilterfw --add ${process.execPath} --unblockapp ${process.execPath}`
  if (/State = 2/.test(applicationFirewall))
    return broken(
      NAME,
      'the firewall of macOS blocks everything that comes in',
      'turn off “Block all incoming connections” in the system settings',
    )
  return warning(
    NAME,
    'the firewall of macOS is on, and asks for each program',
    `where devices do not connect: ${adding}`,
  )
}

function checkWindows({ netsh }: FirewallFacts, { tcp, udp }: WantedPorts): NetworkCheck {
  if (netsh === null || !/\bON\b/.test(netsh)) return fine(NAME, 'the firewall of Windows is off, or does not say')
  const rule = (kind: string, port: string) =>
    `netsh advfirewall firewall add rule name="Spacedrive ${kind}" dir=in action=allow protocol=${kind} localport=${port}`
  const commands = [rule('UDP', udp.join(',')), ...tcpPorts(tcp).map((port) => rule('TCP', String(port)))]
  return warning(
    NAME,
    'the firewall of Windows is on, and asks for each program',
    `as administrator, where devices do not connect: ${commands.join(' & ')}`,
  )
}

function tcpPorts(tcp: number | null): number[] {
  return tcp === null ? [] : [tcp]
}

function tcpPort(tcp: number | null): string[] {
  return tcpPorts(tcp).map((port) => `${port}/tcp`)
}

/** The output of a tool; null if the tool is missing, fails or takes too long. */
function output([tool, ...args]: readonly [string, ...string[]], signal: AbortSignal): Promise<string | null> {
  // Includes the folders of tools for root, because some of these tools also work for other users.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LANG: 'C', LC_ALL: 'C' }
  const options = { env, signal, timeout: TOOL_TIMEOUT_MS, maxBuffer: MAX_OUTPUT, windowsHide: true }
  return new Promise((resolve) => {
    execFile(tool, args, options, (err, stdout) => resolve(err ? null : stdout))
  })
}
