import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether an interface is switched on, and whether its cable or Wi-Fi is connected. */
export interface LinkState {
  readonly name: string
  readonly isUp: boolean
  /** Null if the system does not report it. */
  readonly hasCarrier: boolean | null
}

const SYS = '/sys/class/net'
/** `IFF_UP` of netdevice(7). */
const IFF_UP = 0x1
/** Virtual interfaces that programs create. It is not a problem if nothing is connected to them. */
const INNER = /^(lo$|docker|br-|virbr|veth[0-9a-f]{6}|tun|tap|wg|utun|ppp|dummy|ifb|sit|gre|ip6tnl|bond|team)/

/** The interfaces that could connect this machine to a network. Empty on systems other than Linux. */
export async function readLinks(): Promise<LinkState[]> {
  const names = await readdir(SYS).catch((): string[] => [])
  const links = await Promise.all(names.filter((name) => !INNER.test(name)).map(readLink))
  return links.filter((link) => link !== null)
}

async function readLink(name: string): Promise<LinkState | null> {
  const read = (file: string) => readFile(join(SYS, name, file), 'latin1').catch(() => null)
  const isBridge = await stat(join(SYS, name, 'bridge')).then(
    () => true,
    () => false,
  )
  const [flags, carrier] = await Promise.all([read('flags'), read('carrier')])
  if (isBridge || flags === null) return null
  return {
    name,
    isUp: (Number.parseInt(flags, 16) & IFF_UP) !== 0,
    hasCarrier: carrier === null ? null : carrier.trim() === '1',
  }
}
