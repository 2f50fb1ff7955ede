import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createTempDir } from '@spacedrive/core/testing'
import { mulberry32 } from '../bench/tree.ts'

export interface TransferSoakResult {
  readonly kills: number
  /** Kills that fell while bytes were on their way. */
  readonly whileRunning: number
  readonly isSame: boolean
  /** Names in the folder at the end. */
  readonly names: readonly string[]
  /** Bytes that were sent more than once, for each kill. */
  readonly twicePerKill: number
}

const MIB = 1_048_576
/** Bytes a device sends between two kills at the least, so that the transfer comes further. */
const LEAST_BETWEEN = 2 * MIB
/** What the sender may send a second: without a limit the file is there before it was killed as often as it shall be. */
const BYTES_PER_SECOND = 16 * MIB
const CHILD = fileURLToPath(new URL('transfer-soak-child.ts', import.meta.url))
/** A device that does not come up, or a transfer that stands still, fails the run. */
const PATIENCE_MS = 120_000

/** Kills one of two devices again and again while a file goes from one to the other, and compares it at the end. */
export async function transferSoak({
  kills,
  seed,
  bytes,
}: {
  kills: number
  seed: number
  bytes: number
}): Promise<TransferSoakResult> {
  using temp = createTempDir('transfer-soak')
  const file = join(temp.path, 'soak.bin')
  const folder = join(temp.path, 'received')
  mkdirSync(folder)
  writeRandom(file, bytes)
  const random = mulberry32(seed)
  await using sender = new Device(join(temp.path, 'sender'), ['send', file, String(BYTES_PER_SECOND)])
  await using receiver = new Device(join(temp.path, 'receiver'), ['receive', folder])
  await Promise.all([sender.start(), receiver.start()])
  introduce(sender, receiver)
  let whileRunning = 0
  let killed = 0
  for (; killed < kills && !receiver.isCompleted; killed++) {
    const from = receiver.bytes
    const step = LEAST_BETWEEN + random() * Math.max(0, bytes / kills - LEAST_BETWEEN)
    await receiver.until(() => receiver.isCompleted || receiver.bytes >= from + step)
    if (receiver.isCompleted) break
    if (receiver.state === 'running') whileRunning++
    const victim = random() < 0.5 ? sender : receiver
    await victim.kill()
    await victim.start()
    introduce(sender, receiver)
  }
  await receiver.until(() => receiver.isCompleted)
  return {
    kills: killed,
    whileRunning,
    isSame: (await hashOf(file)) === (await hashOf(join(folder, 'soak.bin'))),
    names: readdirSync(folder),
    twicePerKill: (sender.sent - bytes) / Math.max(1, killed),
  }
}

interface News {
  readonly card?: unknown
  readonly id: string
  readonly state: string
  readonly bytes: number
}

/** A device in a process of its own. */
class Device implements AsyncDisposable {
  readonly #dataDir: string
  readonly #args: readonly string[]
  #child: ChildProcess | null = null
  readonly #waiting = new Set<() => void>()
  /** Bytes of each transfer it has told of. */
  readonly #told = new Map<string, number>()
  card: unknown = null
  state = 'waiting'
  bytes = 0

  constructor(dataDir: string, args: readonly string[]) {
    this.#dataDir = dataDir
    this.#args = args
  }

  get isCompleted(): boolean {
    return this.state === 'completed'
  }

  /** Bytes of files it has sent, in all its lives. */
  get sent(): number {
    return [...this.#told.values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  async start(): Promise<void> {
    this.card = null
    const child = spawn(process.execPath, [CHILD, this.#dataDir, ...this.#args], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#child = child
    createInterface(child.stdout).on('line', (line) => this.#hear(JSON.parse(line) as News))
    await this.until(() => this.card !== null)
  }

  introduce(card: unknown): void {
    this.#child?.stdin?.write(`${JSON.stringify(card)}\n`)
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  async until(condition: () => boolean): Promise<void> {
    const { promise, reject, resolve } = Promise.withResolvers<void>()
    const look = () => condition() && resolve()
    const timer = setTimeout(() => reject(new Error(`stood still in ${this.state} at ${this.bytes}`)), PATIENCE_MS)
    this.#waiting.add(look)
    look()
    await promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(look)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  #hear({ bytes, card, id, state }: News): void {
    if (card) this.card = card
    else {
      this.#told.set(id, bytes)
      this.bytes = bytes
      this.state = state
    }
    for (const look of this.#waiting) look()
  }
}

function introduce(one: Device, other: Device): void {
  one.introduce(other.card)
  other.introduce(one.card)
}

function writeRandom(file: string, bytes: number): void {
  const fd = openSync(file, 'w')
  for (let at = 0; at < bytes; at += MIB) writeSync(fd, randomBytes(Math.min(MIB, bytes - at)))
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

if (import.meta.main) {
  const [, , kills = '100', seed = '1', mib = '2048'] = process.argv
  const result = await transferSoak({ kills: Number(kills), seed: Number(seed), bytes: Number(mib) * MIB })
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
}
