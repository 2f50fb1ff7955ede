import { readFile, realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { LibraryId } from '../domain/index.ts'
import { CoreError, type ErrorCode, errorCodes, systemCode } from '../util/errors.ts'
import { keepCopy, restoreFromCopy, writeWithCopy } from '../util/file-copy.ts'
import { Lease } from '../util/lease.ts'
import type { Logger } from '../util/logger.ts'
import { pathError } from '../util/path-error.ts'

const Known = z.object({
  id: LibraryId,
  name: z.string(),
  /**
   * The path in the file is relative if the library is in the data folder, so moving the data folder moves its
   * libraries too.
   */
  path: z.string(),
  /** Whether the library is opened when the engine starts. */
  open: z.boolean(),
  /** Whether the library is opened read-only. */
  readOnly: z.boolean().default(false),
  /** Why the library could not be opened the last time; null if it could. */
  error: z.string().nullable(),
  errorCode: z.enum(errorCodes).nullable().default(null),
})
export type Known = z.infer<typeof Known>

const State = z.object({
  current: LibraryId.nullable(),
  libraries: z.array(Known),
  /**
   * Libraries that the user has removed from the list. If a search of the data folder finds them, they are not added
   * again.
   */
  forgotten: z.array(LibraryId).default([]),
})
type State = z.infer<typeof State>

const FILE_VERSION = 1
const File = State.extend({ version: z.literal(FILE_VERSION) })
const NewerFile = z.object({ version: z.number().gt(FILE_VERSION) })

export interface KnownLibrariesDeps {
  readonly dataDir: string
  readonly log: Logger
  readonly now: () => number
}

/**
 * The list of libraries that this installation knows, stored in a file. A change takes effect when the file was
 * written.
 */
export class KnownLibraries {
  readonly #dataDir: string
  readonly #file: string
  #state: State
  /** A problem with the list that the user should know about; null if there is none. */
  readonly notice: string | null
  readonly #writing = new Lease()

  private constructor(dataDir: string, file: string, { notice = null, ...state }: State & { notice?: string | null }) {
    this.notice = notice
    this.#dataDir = dataDir
    this.#file = file
    this.#state = withCurrent(state)
  }

  /**
   * Reads the list. A damaged list is set aside and replaced by its copy. Without a copy, the libraries in the data
   * folder are found again by searching it. Throws `VersionMismatch` for a list of a newer version, and errors of
   * reading the file.
   */
  static async open({ dataDir, log, now }: KnownLibrariesDeps): Promise<KnownLibraries> {
    const folder = await realpath(dataDir)
    const file = join(folder, 'libraries.json')
    const text = await readFile(file, 'utf8').catch((err: unknown) => {
      if (systemCode(err) === 'ENOENT') return null
      throw pathError(err, file)
    })
    if (text === null) return new KnownLibraries(folder, file, { current: null, libraries: [], forgotten: [] })
    const parse = (json: string) => parseState(json, { file, folder })
    const state = parse(text)
    if (state) {
      await keepCopy(file, text)
      return new KnownLibraries(folder, file, state)
    }
    const otherwise = 'libraries outside of the data folder must be opened again with `spacedrive library open <path>`'
    const { notice, value } = await restoreFromCopy(file, { parse, otherwise, log, now: now() })
    return new KnownLibraries(folder, file, { ...(value ?? { current: null, libraries: [], forgotten: [] }), notice })
  }

  get current(): LibraryId | null {
    return this.#state.current
  }

  all(): readonly Known[] {
    return this.#state.libraries
  }

  isForgotten(id: LibraryId): boolean {
    return this.#state.forgotten.includes(id)
  }

  /** Adds a library to the list, or replaces its entry. */
  put(library: Known): Promise<void> {
    return this.#change((state) => ({
      ...state,
      libraries: state.libraries.some(({ id }) => id === library.id)
        ? state.libraries.map((known) => (known.id === library.id ? library : known))
        : [...state.libraries, library],
      forgotten: state.forgotten.filter((id) => id !== library.id),
    }))
  }

  update(id: LibraryId, values: Partial<Known>): Promise<void> {
    return this.#change((state) => ({
      ...state,
      libraries: state.libraries.map((known) => (known.id === id ? { ...known, ...values } : known)),
    }))
  }

  /** Records why the library at `path` was not opened. */
  fail(path: string, { code, message }: { code: ErrorCode; message: string }): Promise<void> {
    return this.#change((state) => ({
      ...state,
      libraries: state.libraries.map((known) =>
        known.path === path ? { ...known, error: message, errorCode: code } : known,
      ),
    }))
  }

  /**
   * Removes a library from the list. `isKept`: its folder stays where it is, so a later search must not add it again.
   */
  remove(id: LibraryId, { isKept }: { isKept: boolean }): Promise<void> {
    return this.#change((state) => {
      const libraries = state.libraries.filter((known) => known.id !== id)
      const current = state.current === id ? null : state.current
      return { current, libraries, forgotten: isKept ? [...state.forgotten, id] : state.forgotten }
    })
  }

  setCurrent(id: LibraryId): Promise<void> {
    return this.#change((state) => ({ ...state, current: id }))
  }

  /** Applies changes one after another, each to the result of the previous one. */
  async #change(change: (state: State) => State): Promise<void> {
    using _turn = await this.#writing.acquire()
    const next = withCurrent(change(this.#state))
    if (isDeepStrictEqual(next, this.#state)) return
    await this.#write(next)
    this.#state = next
  }

  async #write(state: State): Promise<void> {
    const libraries = state.libraries.map((library) => ({ ...library, path: this.#storedPath(library.path) }))
    const text = JSON.stringify({ version: FILE_VERSION, ...state, libraries }, null, 2)
    await writeWithCopy(this.#file, `${text}\n`).catch((err: unknown) => {
      throw pathError(err, this.#file)
    })
  }

  #storedPath(path: string): string {
    return path.startsWith(this.#dataDir + sep) ? relative(this.#dataDir, path) : path
  }
}

/** If libraries are open, one of them must be current, even if the program was killed before it chose one. */
function withCurrent(state: State): State {
  return { ...state, current: state.current ?? state.libraries.find((known) => known.open)?.id ?? null }
}

/** Parses a list; null if the text is not one. Throws `VersionMismatch` for a list of a newer version. */
function parseState(text: string, { file, folder }: { file: string; folder: string }): State | null {
  const json = parseJson(text)
  if (NewerFile.safeParse(json).success) {
    throw new CoreError(
      'VersionMismatch',
      `${file} was written by a newer version of Spacedrive; update Spacedrive, or move the file away`,
    )
  }
  const parsed = File.safeParse(json).data
  if (!parsed) return null
  const { current, libraries, forgotten } = parsed
  return { current, libraries: libraries.map((each) => ({ ...each, path: resolve(folder, each.path) })), forgotten }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
