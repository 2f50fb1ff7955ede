import { readFile, rm } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { writeFileAtomically } from '../../util/write-file.ts'

/** A device that moves between networks may leave one behind in each. They end with their leases. */
const MAX_REMEMBERED = 16

const Port = z.int().min(1).max(65_535)
const Address = z.string().refine((text) => isIPv4(text))

/** A port mapping that a router may still have, because it was asked for. */
const Remembered = z.object({
  gateway: Address,
  /** The address of this device on the local network. */
  own: Address,
  /** The address on the outside. */
  outside: Address,
  /** On the outside; UDP. */
  port: Port,
  /** When the lease ends, in milliseconds since 1970. */
  until: z.number(),
})
export type Remembered = z.infer<typeof Remembered>

const File = z.object({ mappings: z.array(Remembered).max(MAX_REMEMBERED) })

/** The port mappings to remove, in a file: a killed daemon leaves them to the next one. */
export class RememberedMappings {
  readonly #file: string
  readonly #now: () => number
  #all: readonly Remembered[] = []

  constructor(file: string, now: () => number) {
    this.#file = file
    this.#now = now
  }

  /** Those whose leases have not ended. */
  list(): readonly Remembered[] {
    return this.#all.filter(({ until }) => until > this.#now())
  }

  /** Reads the file. A damaged file is ignored, because every lease in it ends soon. */
  async load(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => null)
    if (text === null) return
    try {
      this.#all = File.parse(JSON.parse(text)).mappings
    } catch {
      this.#all = []
    }
  }

  async add(mapping: Remembered): Promise<void> {
    const others = this.list().filter((each) => !isSame(each, mapping))
    await this.#write([...others, mapping].slice(-MAX_REMEMBERED))
  }

  async forget(mapping: Remembered): Promise<void> {
    await this.#write(this.list().filter((each) => !isSame(each, mapping)))
  }

  async #write(all: readonly Remembered[]): Promise<void> {
    this.#all = all
    if (all.length === 0) await rm(this.#file, { force: true })
    else await writeFileAtomically(this.#file, `${JSON.stringify({ mappings: all })}\n`)
  }
}

function isSame(one: Remembered, other: Remembered): boolean {
  return one.gateway === other.gateway && one.own === other.own && one.port === other.port
}
