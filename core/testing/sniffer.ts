import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { vi } from 'vitest'

/** Hears every byte that goes over the loopback interface, as somebody on the wire would. */
export class Sniffer implements AsyncDisposable {
  readonly #tcpdump: ChildProcess
  readonly #wanted: ReadonlyMap<string, Buffer>
  readonly #found = new Set<string>()
  readonly #marks = new Map<string, Buffer>()
  #tail: Buffer = Buffer.alloc(0)
  #bytes = 0
  #failure = ''

  private constructor(wanted: Readonly<Record<string, string | Uint8Array>>) {
    this.#wanted = new Map(Object.entries(wanted).map(([name, value]) => [name, Buffer.from(value)]))
    this.#tcpdump = spawn('tcpdump', ['-i', 'lo', '-U', '-n', '-s', '0', '-B', '131072', '-w', '-'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#tcpdump.on('error', (err) => (this.#failure = err.message))
    this.#tcpdump.on('exit', () => (this.#failure ||= 'tcpdump has ended'))
    this.#tcpdump.stdout!.on('data', (bytes: Buffer) => this.#take(bytes))
  }

  /** Null where this machine lets nobody hear its traffic. `wanted`: what to look for, by what it is called. */
  static async open(wanted: Readonly<Record<string, string | Uint8Array>>): Promise<Sniffer | null> {
    const sniffer = new Sniffer(wanted)
    try {
      await sniffer.#hearMark()
      return sniffer
    } catch (err) {
      await sniffer[Symbol.asyncDispose]()
      if (sniffer.#failure === '') throw err
      return null
    }
  }

  /** The names of what went over in clear so far, and how many bytes were heard. */
  async found(): Promise<{ found: string[]; bytes: number }> {
    // What was sent before is written before it.
    await this.#hearMark()
    return { found: [...this.#found].toSorted(), bytes: this.#bytes }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#tcpdump.exitCode !== null || this.#tcpdump.pid === undefined) return
    const exit = once(this.#tcpdump, 'exit')
    if (this.#tcpdump.kill()) await exit
  }

  /** Sends something in clear until it is heard: what is not found was looked for where it would have been. */
  async #hearMark(): Promise<void> {
    const name = randomBytes(16).toString('hex')
    this.#marks.set(name, Buffer.from(name))
    const socket = createSocket('udp4')
    try {
      await vi.waitUntil(
        () => {
          socket.send(name, 9, '127.0.0.1')
          return !this.#marks.has(name) || this.#failure !== ''
        },
        { interval: 100 },
      )
    } finally {
      socket.close()
    }
    if (this.#failure !== '') throw new Error(this.#failure)
  }

  #take(bytes: Buffer): void {
    this.#bytes += bytes.length
    const all = Buffer.concat([this.#tail, bytes])
    for (const [name, value] of this.#wanted) if (all.includes(value)) this.#found.add(name)
    for (const [name, value] of this.#marks) if (all.includes(value)) this.#marks.delete(name)
    const longest = Math.max(...[...this.#wanted.values(), ...this.#marks.values()].map(({ length }) => length), 64)
    this.#tail = all.subarray(-longest)
  }
}
