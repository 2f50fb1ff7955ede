import { realpath } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import type { ArchiveListing } from '../domain/archive.ts'
import type { DocumentPage } from '../domain/document.ts'
import type { ContentId, FileInfo } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { bytesToName, displayName, fsPath, parsePath, pathBelow, pathText, type RawName } from '../util/file-name.ts'
import { unreachableError } from '../util/path-error.ts'
import { realPathOf } from '../util/real-path.ts'
import { DiskFile } from './disk-file.ts'
import type { DiskContents, DiskView } from './disk-view.ts'
import {
  type ArchivePage,
  type DocumentAsked,
  type BrowseInput,
  type Browsed,
  type FetchRequest,
  type FileRef,
  type FileSource,
  type FoundCopies,
  type Listing,
  type ListInput,
  MAX_PIECE_BYTES,
  type NamedDevice,
  type OpenOptions,
  type Piece,
  type PieceInput,
  type PieceOrigin,
  type SeekInput,
  type SourceFile,
  type StartPlace,
  type Thumbnail,
} from './file-source.ts'
import { openFile, type OpenFileDeps } from './open-file.ts'
import { readPiece } from './read-piece.ts'
import { watchFolder } from './watch-folder.ts'

export interface DiskSourceDeps extends OpenFileDeps {
  readonly device: () => NamedDevice
  /** Returns the view to use for a path. */
  readonly view: (path: RawName) => DiskView
  readonly contents: DiskContents
  /** Returns the path of a generated file. Throws `NotFound`. */
  readonly sidecarPath: (address: string, signal: AbortSignal) => Promise<string>
  readonly places: () => Promise<StartPlace[]>
  /** The folders of all locations of open libraries. */
  readonly locations: () => readonly RawName[]
}

const HERE: PieceOrigin = { device: null, latencyMs: null, bytesPerSecond: null }

/** This device's disk. */
export class DiskSource implements FileSource {
  readonly key = 'disk'
  readonly #deps: DiskSourceDeps

  constructor(deps: DiskSourceDeps) {
    this.#deps = deps
  }

  places(): Promise<StartPlace[]> {
    return this.#deps.places()
  }

  async list(input: ListInput, signal: AbortSignal): Promise<Listing> {
    return this.#deps.view(absolute(input.path)).list(input, signal)
  }

  async seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    return this.#deps.view(absolute(input.path)).seek(input, signal)
  }

  async browse(input: BrowseInput, signal: AbortSignal): Promise<Browsed> {
    return this.#deps.view(absolute(input.path)).browse(input, signal)
  }

  async archive(page: ArchivePage, signal: AbortSignal): Promise<ArchiveListing> {
    return this.#deps.view(absolute(page.path)).archive(page, signal)
  }

  async document(page: DocumentAsked, signal: AbortSignal): Promise<DocumentPage> {
    return this.#deps.view(absolute(page.path)).document(page, signal)
  }

  async stat(ref: FileRef, signal: AbortSignal): Promise<FileInfo> {
    if ('content' in ref) {
      const info = await this.#deps.contents.info(ref.content, signal)
      return info ?? notHeld(ref.content)
    }
    const path = await this.localPath(ref, signal)
    return this.#deps.view(absolute(path)).info(path, signal)
  }

  async read(ref: FileRef, piece: PieceInput, signal: AbortSignal): Promise<Piece & { readonly origin: PieceOrigin }> {
    const path = await this.#realPath(ref, piece, signal)
    await using file = await openFile(path, this.#deps, signal)
    const length = Math.min(piece.length, MAX_PIECE_BYTES)
    return { ...(await readPiece(file, { ...piece, length })), origin: HERE }
  }

  async open(ref: FileRef, options: OpenOptions, signal: AbortSignal): Promise<SourceFile> {
    const path = await this.#realPath(ref, options, signal)
    const indexed = this.#deps.view(path).indexed(path)
    const file = await openFile(path, this.#deps, signal)
    return new DiskFile(file, indexed?.matches(file.stats) ? indexed : null)
  }

  async thumb(ref: FileRef, variant: string, signal: AbortSignal): Promise<Thumbnail> {
    const contentId = 'content' in ref ? ref.content : (await this.stat(ref, signal)).contentId
    if (contentId === null) return { state: 'none', reason: 'its content is not indexed yet' }
    return this.#deps.contents.thumb({ contentId, variant }, signal)
  }

  async where(content: ContentId): Promise<FoundCopies> {
    const { id, name } = this.#deps.device()
    const copies = this.#deps.contents.copiesOf(content)
    const files = copies.map(({ online, path, size }) => ({ path: pathText(path), size, online }))
    return { device: { id, name }, online: true, files }
  }

  async watch(path: string, onChange: () => void): Promise<Disposable> {
    return watchFolder(absolute(path), onChange)
  }

  async localPath(ref: FileRef, signal: AbortSignal): Promise<string> {
    if ('path' in ref) return ref.path
    if ('sidecar' in ref) return this.#deps.sidecarPath(ref.sidecar, signal)
    const [held] = this.#deps.contents.holding(ref.content)
    return held ? pathText(held.path) : notHeld(ref.content)
  }

  async fetches(refs: readonly FileRef[]): Promise<FetchRequest[]> {
    const [first] = refs
    if (first === undefined) return []
    throw new CoreError(
      'InvalidInput',
      `${textOf(first)} is on this device; \`network fetch\` takes local://<device>/…`,
    )
  }

  async requireInLibraries(ref: FileRef): Promise<void> {
    if (!('path' in ref)) return
    const given = parsePath(ref.path)
    const path = await realPathOf(given)
    if (path !== null && this.#deps.locations().some((location) => pathBelow(path, location) !== null)) return
    throw new CoreError(
      'PermissionDenied',
      `${displayName(given)} is in no location of an open library; reading it needs the right "disk"`,
    )
  }

  async #realPath(ref: FileRef, { exact = false }: OpenOptions, signal: AbortSignal): Promise<RawName> {
    const text = await this.localPath(ref, signal)
    if (exact) return exactPath(text)
    const path = absolute(text)
    try {
      return bytesToName(new Uint8Array(await realpath(fsPath(path), 'buffer')))
    } catch (err) {
      throw (await this.#deps.view(path).whyAway(path, signal)) ?? unreachableError(err, displayName(path))
    }
  }
}

function absolute(text: string): RawName {
  const path = parsePath(text)
  const shown = displayName(path)
  if (isAbsolute(shown) && !shown.includes('\0')) return path
  throw new CoreError('InvalidInput', `${JSON.stringify(shown)} is not an absolute path`)
}

/**
 * Checks that a path is exact. Throws `InvalidInput` if it is not absolute, or contains `.`, `..` or needless slashes.
 */
function exactPath(text: string): RawName {
  const path = parsePath(text)
  const bytes = Buffer.from(fsPath(path)).toString('latin1')
  if (bytes !== '' && !bytes.includes('\0') && resolve(bytes) === bytes) return path
  throw new CoreError(
    'InvalidInput',
    `path is to be absolute, without "." and "..": ${JSON.stringify(displayName(path))} is not`,
  )
}

function notHeld(contentId: ContentId): never {
  throw new CoreError('NotFound', `no file with the content ${contentId} can be read now`)
}

function textOf(ref: FileRef): string {
  if ('path' in ref) return displayName(parsePath(ref.path))
  return 'content' in ref ? ref.content : ref.sidecar
}
