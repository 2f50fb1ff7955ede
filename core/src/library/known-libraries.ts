import { readFile, rename } from 'node:fs/promises'
import { z } from 'zod'
import { LibraryId } from '../domain/index.ts'
import { systemCode } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { writeFileAtomically } from '../util/write-file.ts'

const Known = z.object({
  id: LibraryId,
  name: z.string(),
  path: z.string(),
  /** Whether it is opened at the start. */
  open: z.boolean(),
  /** Why it could not be opened the last time. */
  error: z.string().nullable(),
})
type Known = z.infer<typeof Known>

const File = z.object({ version: z.literal(1), current: LibraryId.nullable(), libraries: z.array(Known) })

/** The list of libraries an installation knows, in a file of its own. */
export class KnownLibraries {
  readonly #file: string
  #current: LibraryId | null
  #libraries: readonly Known[]
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: string, { current, libraries }: z.infer<typeof File>) {
    this.#file = file
    this.#current = current
    this.#libraries = libraries
  }

  /** A list that cannot be read is set aside: the libraries themselves are found again where they lie. */
  static async open(file: string, log: Logger): Promise<KnownLibraries> {
    try {
      return new KnownLibraries(file, File.parse(JSON.parse(await readFile(file, 'utf8'))))
    } catch (err) {
      if (systemCode(err) !== 'ENOENT') {
        const aside = `${file}.broken-${Date.now()}`
        await rename(file, aside)
        log.warn(
          { file, aside },
          'the list of libraries cannot be read and was set aside; libraries elsewhere must be opened again',
        )
      }
      return new KnownLibraries(file, { version: 1, current: null, libraries: [] })
    }
  }

  get current(): LibraryId | null {
    return this.#current
  }

  all(): readonly Known[] {
    return this.#libraries
  }

  async put(library: Known): Promise<void> {
    const isKnown = this.#libraries.some(({ id }) => id === library.id)
    this.#libraries = isKnown
      ? this.#libraries.map((known) => (known.id === library.id ? library : known))
      : [...this.#libraries, library]
    await this.#save()
  }

  async update(id: LibraryId, values: Partial<Known>): Promise<void> {
    this.#libraries = this.#libraries.map((known) => (known.id === id ? { ...known, ...values } : known))
    await this.#save()
  }

  async fail(path: string, error: string): Promise<void> {
    this.#libraries = this.#libraries.map((known) => (known.path === path ? { ...known, error } : known))
    await this.#save()
  }

  async remove(id: LibraryId): Promise<void> {
    this.#libraries = this.#libraries.filter((known) => known.id !== id)
    if (this.#current === id) this.#current = this.#libraries.find((known) => known.open)?.id ?? null
    await this.#save()
  }

  async setCurrent(id: LibraryId): Promise<void> {
    this.#current = id
    await this.#save()
  }

  /** One write after another: the last one holds everything. */
  #save(): Promise<void> {
    const text = JSON.stringify({ version: 1, current: this.#current, libraries: this.#libraries }, null, 2)
    this.#writing = this.#writing.catch(() => {}).then(() => writeFileAtomically(this.#file, `${text}\n`))
    return this.#writing
  }
}
