import type { ArchiveListing } from './domain/archive.ts'
import type { ContentId, FileInfo, LibraryId } from './domain/index.ts'
import type { Core } from './core.ts'
import { openFile, type ListInput, type OpenFile, type SeekInput } from './files/index.ts'
import type { Library } from './library/index.ts'
import {
  type HeldFile,
  type KnownFile,
  type Listing,
  pathText,
  rawPathOf,
  type ServedFiles,
  type ServedThumb,
} from './network/index.ts'
import { CoreError } from './util/errors.ts'
import { bytesToName, displayName, nameBytes, parsePath, type RawName } from './util/file-name.ts'

type Engine = Pick<
  Core,
  'browse' | 'libraries' | 'volumes' | 'places' | 'listArchive' | 'listFolder' | 'privateFiles' | 'seekInFolder'
>

/** The most entries of a folder that are searched for one path, if no library has the folder. */
const MAX_LOOKED_THROUGH = 10_000

/** The files of this device for other devices. For each path, the library with a location around it answers. */
export class OwnFiles implements ServedFiles {
  readonly #core: Engine

  constructor(core: Engine) {
    this.#core = core
  }

  async places(): Promise<{ kind: string; path: string; name: string }[]> {
    const { libraries, places, volumes } = this.#core
    const known = await places.call(this.#core)
    const locations = libraries.opened().flatMap((library) => library.locations.map.all())
    const shown = [
      ...locations.map(({ name, path }) => ({ kind: 'location', path: displayName(path), name })),
      ...known.map(({ kind, name, path }) => ({ kind, name, path })),
      ...volumes
        .list()
        .filter(({ online }) => online)
        .map(({ mountPoint, name }) => ({ kind: 'volume', path: mountPoint, name })),
    ]
    // A path is listed once, with its first name.
    return [...new Map(shown.toReversed().map((place) => [place.path, place])).values()].toReversed()
  }

  async list(input: ListInput, signal: AbortSignal): Promise<Listing> {
    const library = this.#libraryOf(input.path)
    return library ? library.files.list(input, signal) : this.#core.listFolder(input, signal)
  }

  async seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    const library = this.#libraryOf(input.path)
    return library ? library.files.seek(input, signal) : this.#core.seekInFolder(input, signal)
  }

  async info(path: string, signal: AbortSignal): Promise<FileInfo> {
    const library = this.#libraryOf(path)
    return library ? library.files.info(path, signal) : this.#infoAlone(path, signal)
  }

  archive(page: { path: string; limit: number; offset: number }, signal: AbortSignal): Promise<ArchiveListing> {
    return this.#core.listArchive(page, this.#libraryOf(page.path), signal)
  }

  open(path: RawName, signal: AbortSignal): Promise<OpenFile> {
    const { privateFiles, volumes } = this.#core
    return openFile(path, { look: volumes.look.bind(volumes), guard: privateFiles }, signal)
  }

  openThumb(path: RawName, signal: AbortSignal): Promise<OpenFile> {
    const { volumes } = this.#core
    return openFile(path, { look: volumes.look.bind(volumes), guard: null }, signal)
  }

  holding(contentId: ContentId, of: ReadonlySet<LibraryId>): readonly HeldFile[] {
    return this.#opened(of).flatMap((library) => library.copies.filesOf(contentId))
  }

  copiesOf(contentId: ContentId, of: ReadonlySet<LibraryId>): readonly KnownFile[] {
    return this.#opened(of).flatMap((library) => library.copies.placesOf(contentId))
  }

  async thumb({
    contentId,
    libraries,
    maxBytes,
    variant,
  }: {
    contentId: ContentId
    variant: string
    maxBytes: number
    libraries: ReadonlySet<LibraryId>
  }): Promise<ServedThumb> {
    for (const library of this.#opened(libraries)) {
      const all = await library.sidecars.views.list(contentId).catch(absent)
      const thumbs = all?.filter(({ kind }) => kind === 'thumb')
      if (!thumbs) continue
      const fitting = thumbs.filter(({ path, size }) => path !== null && (size ?? 0) <= maxBytes)
      const best = fitting.find((each) => each.variant === variant) ?? fitting.toSorted(byCloseness(variant))[0]
      if (best?.path && best.checksum !== null)
        return { state: 'ready', variant: best.variant, checksum: best.checksum, path: best.path }
      return makeThumb(library, contentId, variant)
    }
    return { state: 'none', reason: 'nothing is known of what is in it' }
  }

  /** The info from the disk alone, if there is no library. */
  async #infoAlone(path: string, signal: AbortSignal): Promise<FileInfo> {
    const bytes = Buffer.from(nameBytes(parsePath(path)))
    const folder = bytesToName(new Uint8Array(bytes.subarray(0, Math.max(1, bytes.lastIndexOf(SLASH)))))
    const wanted = { scope: 'current', content: false, limit: MAX_LOOKED_THROUGH } as const
    const { items } = await this.#core.browse({ ...wanted, path: pathText(folder) }, signal)
    const entry = items.find((each) => bytes.equals(nameBytes(rawPathOf(each))))
    if (!entry) throw new CoreError('NotFound', `${displayName(parsePath(path))} does not exist`)
    return {
      ...entry,
      id: null,
      contentHash: null,
      integrityHash: null,
      copies: [],
      sidecars: [],
      metadata: null,
      rules: [],
      looksLike: null,
      history: [],
      online: true,
    }
  }

  /**
   * The library with a location around the path, otherwise the current library or any open one; null if none is open.
   */
  #libraryOf(path: string): Library | null {
    const opened = this.#core.libraries.opened()
    const around = opened.find((library) => library.locations.map.locate(parsePath(path)) !== null)
    const current = this.#core.libraries.currentInfo()
    return around ?? opened.find(({ id }) => id === current?.id) ?? opened[0] ?? null
  }

  #opened(of: ReadonlySet<LibraryId>): Library[] {
    return this.#core.libraries.opened().filter(({ id }) => of.has(id))
  }
}

const SLASH = 0x2f

async function makeThumb({ sidecars }: Library, contentId: ContentId, variant: string): Promise<ServedThumb> {
  const blocker = await sidecars.requests.blocker('thumb').catch(reasonOf)
  if (blocker !== null) return { state: 'none', reason: blocker }
  const reason = await sidecars.requests.path(contentId, 'thumb', variant).then(() => null, reasonOf)
  if (reason !== null) return { state: 'none', reason }
  const made = (await sidecars.views.list(contentId)).find((each) => each.kind === 'thumb' && each.variant === variant)
  if (made?.state === 'failed') return { state: 'none', reason: made.error?.message ?? 'it could not be made' }
  return { state: 'pending' }
}

function reasonOf(err: unknown): string {
  if (err instanceof CoreError) return err.message
  throw err
}

function absent(err: unknown): null {
  if (err instanceof CoreError && err.code === 'NotFound') return null
  throw err
}

/** Variants of the same family, such as `grid`, before others; smallest first. */
function byCloseness(variant: string) {
  const family = variant.split('@')[0]!
  return (a: { variant: string; size: number | null }, b: { variant: string; size: number | null }) =>
    Number(b.variant.startsWith(family)) - Number(a.variant.startsWith(family)) || (a.size ?? 0) - (b.size ?? 0)
}
