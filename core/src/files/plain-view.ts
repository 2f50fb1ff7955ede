import type { ArchiveListing } from '../domain/archive.ts'
import type { DocumentPage } from '../domain/document.ts'
import type { Entry, FileInfo } from '../domain/index.ts'
import type { FolderListing, FolderListingOptions } from '../entries/index.ts'
import type {
  ArchivePage,
  BrowseInput,
  Browsed,
  DiskView,
  DocumentAsked,
  Listing,
  ListInput,
  OpenFileDeps,
  SeekInput,
} from '../sources/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName, parsePath, type RawName } from '../util/file-name.ts'
import { unreachableError } from '../util/path-error.ts'
import type { Archives } from './archive/archives.ts'
import { DiskListings } from './disk-listings.ts'

export interface PlainViewDeps {
  readonly archives: Pick<Archives, 'list'>
  readonly documents: Pick<DiskView, 'document'>
  /** The path of a folder with its links resolved. Throws the error that makes it unreachable. */
  readonly resolveFolder: (path: string) => Promise<RawName>
  readonly listFolder: (dir: RawName, options: FolderListingOptions, signal: AbortSignal) => Promise<FolderListing>
  readonly browse: (input: BrowseInput, signal: AbortSignal) => Promise<Browsed>
  /** The entry at a path; null if there is none. */
  readonly lookAt: (path: RawName, signal: AbortSignal) => Promise<Entry | null>
  readonly look: OpenFileDeps['look']
}

/** This device's disk without an index. */
export class PlainView implements DiskView {
  readonly #deps: PlainViewDeps
  readonly #listings: DiskListings

  constructor(deps: PlainViewDeps) {
    this.#deps = deps
    this.#listings = new DiskListings(deps.listFolder)
  }

  async list(input: ListInput, signal: AbortSignal): Promise<Listing> {
    return this.#listings.list(await this.#deps.resolveFolder(input.path), input, signal)
  }

  async seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    return this.#listings.seek(await this.#deps.resolveFolder(input.path), input, signal)
  }

  browse(input: BrowseInput, signal: AbortSignal): Promise<Browsed> {
    return this.#deps.browse(input, signal)
  }

  archive(page: ArchivePage, signal: AbortSignal): Promise<ArchiveListing> {
    return this.#deps.archives.list(page, signal)
  }

  document(page: DocumentAsked, signal: AbortSignal): Promise<DocumentPage> {
    return this.#deps.documents.document(page, signal)
  }

  async info(path: string, signal: AbortSignal): Promise<FileInfo> {
    const target = parsePath(path)
    // Throws the error of the path itself, not of its parent folder.
    await this.#deps.look(target, signal).catch((err: unknown) => {
      throw err instanceof CoreError ? err : unreachableError(err, displayName(target))
    })
    const entry = await this.#deps.lookAt(target, signal)
    if (!entry) throw new CoreError('NotFound', `${displayName(target)} does not exist`)
    return {
      ...entry,
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

  indexed(): null {
    return null
  }

  async whyAway(): Promise<null> {
    return null
  }
}
