import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Run, TestHome } from '../../cli/test/run-cli.ts'

const run = promisify(execFile)
const shim = fileURLToPath(new URL('../../cli/bin/spacedrive.mjs', import.meta.url))
const PATIENCE_MS = 60_000
/** How often the record of packets is looked at, in milliseconds. */
const LOOK_MS = 50

/** Why no network namespaces can be made here; null: they can. Needs Linux, root, `ip` and `nft`. */
export const noNamespaces = whyNot()

function whyNot(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are of Linux'
  const name = `sd-probe-${randomBytes(3).toString('hex')}`
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' })
  } catch {
    return '`ip netns add` is refused: root only'
  }
  try {
    execFileSync('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset'], { stdio: 'pipe' })
    return null
  } catch {
    return 'there is no `nft`'
  } finally {
    execFileSync('ip', ['netns', 'del', name], { stdio: 'pipe' })
  }
}

/** Whether packets can be recorded. */
export const hasTcpdump = ['/usr/bin/tcpdump', '/usr/sbin/tcpdump'].some((path) => {
  try {
    execFileSync(path, ['--version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})

/** Machines in network namespaces of their own, on one switch. What `dispose` does not end, ends with the namespaces. */
export class Namespaces implements AsyncDisposable {
  readonly #prefix = `sd-${randomBytes(3).toString('hex')}`
  readonly #names: string[] = []
  readonly #parts = new AsyncDisposableStack()
  #ports = 0

  private constructor() {
    this.#parts.defer(async () => {
      for (const name of this.#names) await run('ip', ['netns', 'del', name])
    })
  }

  static async create(): Promise<Namespaces> {
    const all = new Namespaces()
    await all.#add('switch')
    await all.ip('switch', 'link add br0 type bridge')
    await all.ip('switch', 'link set br0 up')
    return all
  }

  /** A machine that is plugged into the switch, at `eth0`. */
  async machine(name: string, address: string): Promise<void> {
    await this.#add(name)
    await this.plug(name, { device: 'eth0', address })
  }

  /** Gives a machine an interface on the switch. */
  async plug(name: string, { address, device }: { address: string; device: string }): Promise<void> {
    const port = `p${this.#ports++}`
    await this.ip('switch', `link add ${port} type veth peer name ${device} netns ${this.#of(name)}`)
    await this.ip('switch', `link set ${port} master br0 up`)
    await this.ip(name, `addr add ${address}/24 dev ${device}`)
    await this.ip(name, `link set ${device} up`)
  }

  /** A machine behind a router of its own, which lets nobody in who was not asked. */
  async behindNat(name: string, { net, outside, ports }: NatOptions): Promise<void> {
    const router = `${name}-router`
    await this.#add(router)
    await this.#add(name)
    await this.plug(router, { device: 'wan', address: outside })
    await this.ip(router, `link add lan type veth peer name eth0 netns ${this.#of(name)}`)
    await this.ip(router, `addr add ${net}.1/24 dev lan`)
    await this.ip(router, 'link set lan up')
    await this.ip(name, `addr add ${net}.2/24 dev eth0`)
    await this.ip(name, 'link set eth0 up')
    await this.ip(name, `route add default via ${net}.1`)
    await this.exec(router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
    const masquerade = ports === 'kept' ? 'masquerade' : 'masquerade fully-random'
    // Without the drops, Linux answers strangers itself and forgets the way that was made for them.
    await this.exec(
      router,
      'nft',
      `table ip nat { chain post { type nat hook postrouting priority 100; oifname "wan" ${masquerade}; }; }
       table ip filter {
         chain input { type filter hook input priority 0; iifname "wan" ct state new drop; };
         chain forward { type filter hook forward priority 0; iifname "wan" ct state new drop; };
       }`,
    )
  }

  /** Runs `ip` on a machine: `addr add 10.0.0.9/24 dev eth0`. */
  async ip(name: string, words: string): Promise<void> {
    await run('ip', ['-n', this.#of(name), ...words.split(' ')])
  }

  /** Runs a program on a machine, and gives what it prints. */
  async exec(name: string, ...command: readonly [string, ...string[]]): Promise<string> {
    return (await run('ip', ['netns', 'exec', this.#of(name), ...command])).stdout
  }

  /** A program that runs on a machine until the end; resolves when it says something for the first time. */
  async serve(name: string, ...command: readonly [string, ...string[]]): Promise<void> {
    const child = spawn('ip', ['netns', 'exec', this.#of(name), ...command], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(child, 'exit')
    this.#parts.defer(async () => {
      child.kill('SIGTERM')
      await exit
    })
    await once(child.stdout, 'data')
    child.stdout.resume()
  }

  /** A folder that is deleted at the end. */
  async folder(): Promise<string> {
    return this.#parts.use(await TestHome.create()).path
  }

  /** A daemon on a machine; it is stopped before the machine goes. */
  async daemon(name: string, settings: Readonly<Record<string, string>> = {}): Promise<Device> {
    const home = this.#parts.use(await TestHome.create())
    const device = new Device(home, this.#of(name))
    this.#parts.defer(async () => {
      await device.run('stop')
    })
    await device.json('start', '--http-port', 'off')
    await device.json('device', 'rename', name)
    for (const [key, value] of Object.entries(settings)) await device.json('config', 'set', key, value)
    await device.json('network', 'start')
    return device
  }

  /** `spacedrive network relay` on a machine; resolves when it is open. */
  async relay(name: string): Promise<void> {
    const home = this.#parts.use(await TestHome.create())
    const child = spawn('ip', inside(this.#of(name), ['relay', '--json']), {
      env: home.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#parts.defer(async () => {
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await exit
    })
    await once(child.stdout, 'data')
  }

  /** Records all packets of the switch until it is called: then these, whole, once they have so many bytes. */
  async record(): Promise<(bytes: number) => Promise<Buffer>> {
    const home = this.#parts.use(await TestHome.create())
    const file = join(home.path, 'packets')
    const args = [
      'netns',
      'exec',
      this.#of('switch'),
      'tcpdump',
      '-i',
      'br0',
      '-s',
      '0',
      '-B',
      '32768',
      '-U',
      '-Z',
      'root',
      '-w',
      file,
    ]
    const child = spawn('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    // It says so when it listens.
    await once(child.stderr, 'data')
    return async (bytes) => {
      // It writes them a moment after they went by.
      while ((await stat(file)).size < bytes) await wait(LOOK_MS)
      const exit = once(child, 'exit')
      child.kill('SIGINT')
      await exit
      return readFile(file)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.disposeAsync()
  }

  async #add(name: string): Promise<void> {
    await run('ip', ['netns', 'add', this.#of(name)])
    this.#names.push(this.#of(name))
    await this.ip(name, 'link set lo up')
  }

  #of(name: string): string {
    return `${this.#prefix}-${name}`
  }
}

export interface NatOptions {
  /** Behind it: `10.0.1` */
  readonly net: string
  /** Of the router, on the switch. */
  readonly outside: string
  /** Whether others see the port that was sent from, or another one for each receiver. */
  readonly ports: 'kept' | 'random'
}

export interface NetworkDevice {
  readonly name: string
  readonly state: string
  readonly path: string | null
}

/** A daemon on a machine of its own, by the command line. */
export class Device {
  readonly #home: TestHome
  readonly #namespace: string

  constructor(home: TestHome, namespace: string) {
    this.#home = home
    this.#namespace = namespace
  }

  get folder(): string {
    return this.#home.path
  }

  async run(...args: string[]): Promise<Run> {
    const child = spawn('ip', inside(this.#namespace, args), {
      cwd: this.#home.path,
      env: this.#home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const exit = once(child, 'exit')
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { code: (await exit)[0] as number | null, stdout, stderr }
  }

  async json<T>(...args: string[]): Promise<T> {
    const { code, stderr, stdout } = await this.run(...args, '--json')
    if (code !== 0) throw new Error(`spacedrive ${args.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  /** The words by which another one pairs with it. */
  async pairingCode(): Promise<string> {
    const { code } = await this.json<{ code: string }>('network', 'pair', 'generate', '--auto-accept')
    return code
  }

  async pairWith(code: string): Promise<void> {
    await this.json('network', 'pair', 'join', code, '--auto-accept')
  }

  /** Resolves once the one device it is paired with is as it should be; with how long that took, in milliseconds. */
  async until(isSo: (other: NetworkDevice) => boolean, what: string): Promise<number> {
    const since = performance.now()
    for (;;) {
      const [other] = await this.json<NetworkDevice[]>('network', 'devices')
      const ms = performance.now() - since
      if (other && isSo(other)) return ms
      if (ms > PATIENCE_MS) throw new Error(`not ${what} within ${PATIENCE_MS} ms: ${JSON.stringify(other)}`)
    }
  }
}

function inside(namespace: string, args: readonly string[]): string[] {
  return ['netns', 'exec', namespace, process.execPath, shim, ...args]
}
