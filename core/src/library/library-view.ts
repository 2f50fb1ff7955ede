import type { ArchiveListing } from '../domain/archive.ts'
import type { DocumentPage } from '../domain/document.ts'
import type { FileInfo } from '../domain/index.ts'
import { type Archives, isAsIndexed } from '../files/index.ts'
import type {
  ArchivePage,
  BrowseInput,
  Browsed,
  DiskView,
  DocumentAsked,
  IndexedBytes,
  Listing,
  ListInput,
  SeekInput,
} from '../sources/index.ts'
import { parsePath, type RawName } from '../util/file-name.ts'
import type { Library } from './library.ts'

export interface LibraryViewDeps {
  readonly library: Pick<Library, 'files' | 'indexing'>
  readonly archives: Pick<Archives, 'list'>
  readonly documents: Pick<DiskView, 'document'>
}

/** This device's disk with the index of a library. */
export class LibraryView implements DiskView {
  readonly #deps: LibraryViewDeps

  constructor(deps: LibraryViewDeps) {
    this.#deps = deps
  }

  list(input: ListInput, signal: AbortSignal): Promise<Listing> {
    return this.#deps.library.files.list(input, signal)
  }

  seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    return this.#deps.library.files.seek(input, signal)
  }

  browse(input: BrowseInput, signal: AbortSignal): Promise<Browsed> {
    return this.#deps.library.indexing.browse(input, signal)
  }

  async archive(page: ArchivePage, signal: AbortSignal): Promise<ArchiveListing> {
    const { archives, library } = this.#deps
    // This is called because its error names the volume if the file is offline.
    library.files.fileAt(parsePath(page.path))
    return archives.list(page, signal)
  }

  async document(page: DocumentAsked, signal: AbortSignal): Promise<DocumentPage> {
    const { documents, library } = this.#deps
    // This is called because its error names the volume if the file is offline.
    library.files.fileAt(parsePath(page.path))
    return documents.document(page, signal)
  }

  whyAway(path: RawName, signal: AbortSignal): Promise<Error | null> {
    return this.#deps.library.files.whyAway(path, signal)
  }

  info(path: string, signal: AbortSignal): Promise<FileInfo> {
    return this.#deps.library.files.info(path, signal)
  }

  indexed(path: RawName): IndexedBytes | null {
    const content = this.#deps.library.files.fileAt(path)?.content
    if (!content) return null
    const { hash, mime, of } = content
    return { hash, mime, matches: (stats) => isAsIndexed(stats, of) }
  }
}
