import { readFile, rm } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { writeFileAtomically } from '../../util/write-file.ts'

/** Maximum number of stored mappings. A device that moves between networks may leave one in each. */
const MAX_REMEMBERED = 16
/** How long mappings are stored after their leases, in milliseconds, because some routers keep them longer. */
const KEEP_MS = 30 * 86_400_000

const Port = z.int().min(1).max(65_535)
const Address = z.string().refine((text) => isIPv4(text))

/** A port mapping that was requested, so a router may still have it. */
const Remembered = z
  .object({
    gateway: Address,
    /**
     * The name that the router gives itself. It is needed because routers in many networks have the same address. Null
     * in files of older versions, which did not ask for it.
     */
    router: z.string().nullable().default(null),
    /** The address of this device on the local network. */
    own: Address,
    /** The outside address. */
    outside: Address,
    /** The outside UDP port. */
    port: Port,
    /** The port of this device. Older versions did not store it; they first asked for the same outside port. */
    internalPort: Port.optional(),
    /** When the lease ends, in milliseconds since 1970. */
    until: z.number(),
    /** Whether the router has confirmed the mapping. If it has not, it may still make the mapping. */
    answered: z.boolean().default(false),
  })
  .transform(({ internalPort, port, ...rest }) => ({ ...rest, port, internalPort: internalPort ?? port }))
export type Remembered = z.infer<typeof Remembered>

const File = z.object({ mappings: z.array(Remembered).max(MAX_REMEMBERED) })

/** A file of port mappings to remove. If a daemon is killed, the next one removes its mappings. */
export class RememberedMappings {
  readonly #file: string
  readonly #now: () => number
  #all: readonly Remembered[] = []

  constructor(file: string, now: () => number) {
    this.#file = file
    this.#now = now
  }

  /** The mappings that a router may still have. */
  list(): readonly Remembered[] {
    return this.#all.filter(({ until }) => until + KEEP_MS > this.#now())
  }

  /** Reads the file. A damaged file is ignored: most routers end the mappings themselves. */
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
  const { gateway, internalPort, own, port, router } = other
  const isOne = one.gateway === gateway && one.router === router && one.own === own
  return isOne && one.port === port && one.internalPort === internalPort
}
