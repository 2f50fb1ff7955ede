import type { ContentId, FileInfo, LibraryId } from '../domain/index.ts'
import {
  type DiskContents,
  type HeldFile,
  type KnownFile,
  MAX_THUMB_BYTES,
  openFile,
  type OpenFileDeps,
  readBytes,
  type Thumbnail,
} from '../sources/index.ts'
import { CoreError } from '../util/errors.ts'
import { pathText } from '../util/file-name.ts'
import type { Library } from './library.ts'

export interface LibraryContentsDeps {
  readonly opened: () => readonly Library[]
  readonly look: OpenFileDeps['look']
}

/** Finds the files of this device by content, with the indexes of its open libraries. */
export class LibraryContents implements DiskContents {
  readonly #deps: LibraryContentsDeps

  constructor(deps: LibraryContentsDeps) {
    this.#deps = deps
  }

  holding(contentId: ContentId, of?: ReadonlySet<LibraryId>): readonly HeldFile[] {
    return this.#opened(of).flatMap((library) => library.copies.filesOf(contentId))
  }

  copiesOf(contentId: ContentId, of?: ReadonlySet<LibraryId>): readonly KnownFile[] {
    return this.#opened(of).flatMap((library) => library.copies.placesOf(contentId))
  }

  async info(contentId: ContentId, signal: AbortSignal): Promise<FileInfo | null> {
    for (const library of this.#opened()) {
      const [held] = library.copies.filesOf(contentId)
      if (held) return library.files.info(pathText(held.path), signal)
    }
    return null
  }

  async thumb(
    { contentId, libraries, variant }: { contentId: ContentId; variant: string; libraries?: ReadonlySet<LibraryId> },
    signal: AbortSignal,
  ): Promise<Thumbnail> {
    for (const library of this.#opened(libraries)) {
      const all = await library.sidecars.views.list(contentId).catch(absent)
      const thumbs = all?.filter(({ kind }) => kind === 'thumb')
      if (!thumbs) continue
      const fitting = thumbs.filter(({ path, size }) => path !== null && (size ?? 0) <= MAX_THUMB_BYTES)
      const best = fitting.find((each) => each.variant === variant) ?? fitting.toSorted(byCloseness(variant))[0]
      if (best?.path && best.checksum !== null)
        return {
          state: 'ready',
          variant: best.variant,
          checksum: best.checksum,
          bytes: await this.#read(best.path, signal),
        }
      return makeThumb(library, contentId, variant)
    }
    return { state: 'none', reason: 'its content is not indexed' }
  }

  /** Reads a generated file. It is inside a library, whose other files must not be read. */
  async #read(path: string, signal: AbortSignal) {
    await using file = await openFile(path, { look: this.#deps.look, guard: null }, signal)
    return await readBytes(file, { offset: 0, length: MAX_THUMB_BYTES })
  }

  #opened(of?: ReadonlySet<LibraryId>): readonly Library[] {
    const opened = this.#deps.opened()
    return of ? opened.filter(({ id }) => of.has(id)) : opened
  }
}

async function makeThumb({ sidecars }: Library, contentId: ContentId, variant: string): Promise<Thumbnail> {
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

/**
 * The order in which variants are tried: those of the same family, such as `grid`, come first, smaller ones before
 * larger ones.
 */
function byCloseness(variant: string) {
  const family = variant.split('@')[0]!
  return (a: { variant: string; size: number | null }, b: { variant: string; size: number | null }) =>
    Number(b.variant.startsWith(family)) - Number(a.variant.startsWith(family)) || (a.size ?? 0) - (b.size ?? 0)
}
