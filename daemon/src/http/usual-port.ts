import { readFileSync } from 'node:fs'
import { writeFileAtomically } from '@spacedrive/core/write-file'
import { z } from 'zod'

const MAX_PORT = 65_535
/** Number of ports to try, so that this many instances can each keep the same port. */
const NEXT_PORTS = 20

const Port = z.int().min(1).max(MAX_PORT)
const Remembered = z.object({ wanted: z.int().min(0).max(MAX_PORT), got: Port })

/**
 * The port of the usual address. If the wanted port is taken, or any will do, the daemon listens at another one; it
 * remembers that port in a file, and takes it again after a restart.
 */
export class UsualPort {
  readonly #wanted: number
  readonly #file: string

  constructor({ file, wanted }: { readonly file: string; readonly wanted: number }) {
    this.#wanted = wanted
    this.#file = file
  }

  /** The ports to try, in this order: the remembered one, the wanted one, those after it, and then any (0). */
  get candidates(): number[] {
    const next = this.#wanted === 0 ? [] : Array.from({ length: NEXT_PORTS }, (_, at) => this.#wanted + at)
    const remembered = this.#read()
    return [...new Set([...(remembered === null ? [] : [remembered]), ...next.filter((port) => port <= MAX_PORT), 0])]
  }

  /** Remembers the port. Only a port that is not the wanted one needs the file. */
  async remember(got: number): Promise<void> {
    if (got === (this.#read() ?? this.#wanted)) return
    await writeFileAtomically(this.#file, JSON.stringify({ wanted: this.#wanted, got }))
  }

  /** Null if no port is remembered, or the setting has changed since, or the file is damaged. */
  #read(): number | null {
    try {
      const { got, wanted } = Remembered.parse(JSON.parse(readFileSync(this.#file, 'utf8')))
      return wanted === this.#wanted ? got : null
    } catch {
      return null
    }
  }
}
