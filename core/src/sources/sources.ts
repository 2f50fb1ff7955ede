import type { ArchiveListing } from '../domain/archive.ts'
import type { DocumentPage } from '../domain/document.ts'
import {
  ContentId,
  type ContentPlaces,
  type Device,
  type DeviceId,
  type FileInfo,
  parseAddress,
} from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { displayName } from '../util/file-name.ts'
import { ContentSource, type ContentsElsewhere } from './content-source.ts'
import type {
  ArchivePage,
  DocumentAsked,
  BrowseInput,
  Browsed,
  FileReader,
  FileRef,
  FileSource,
  Listing,
  ListInput,
  Piece,
  PieceOrigin,
  SeekInput,
} from './file-source.ts'

export interface SourcesDeps<Library> {
  readonly own: () => Pick<Device, 'id' | 'name' | 'slug'>
  /** This device's disk, as seen with the index of a library. */
  readonly disk: (library: Library | null) => FileSource
  /** Whether this device's disk has a file with the content that can be read now. */
  readonly isHere: (content: ContentId) => boolean
  readonly devices: DeviceSources
}

/** The sources of paired devices. */
export interface DeviceSources extends ContentsElsewhere {
  /** A device by its name, slug or id. Throws `NotFound` if it is not paired. */
  find(reference: string): FileSource
  /** All devices that are not blocked. */
  all(): FileSource[]
}

/** The source for an address, and the reference to the file there. */
export interface Located {
  readonly source: FileReader
  readonly ref: FileRef
}

export interface ReadInput {
  readonly path: string
  readonly offset: number
  readonly length: number
  /** Tag of the file from the previous piece. */
  readonly etag?: string | undefined
  /** The device that sent the previous piece of a content. */
  readonly from?: DeviceId | undefined
}

/**
 * Finds the source for an address, and reads files from it. `library` is the library whose index is used for files of
 * this device. All methods throw `InvalidInput` if the address is malformed, and `NotFound` for a device that is not
 * paired.
 */
export class Sources<Library> {
  readonly #deps: SourcesDeps<Library>

  constructor(deps: SourcesDeps<Library>) {
    this.#deps = deps
  }

  /**
   * The source that can read the file or folder at an address, and the reference to it there. `library` is needed for
   * addresses of contents.
   */
  resolve(address: string, library: Library | null): Located {
    const located = this.#locate(address, library)
    return 'path' in located ? { source: located.source, ref: { path: located.path } } : located
  }

  /** The source of a path, and the path there. Throws `InvalidInput` for the address of a content or a sidecar. */
  folder(address: string, library: Library | null): { readonly source: FileSource; readonly path: string } {
    const located = this.#locate(address, library)
    if ('path' in located) return located
    throw new CoreError('InvalidInput', `${address} is a file, not a folder; use \`file info\` or \`file cat\` for it`)
  }

  /** A paired device by its name, slug or id. */
  device(reference: string): FileSource {
    return this.#deps.devices.find(reference)
  }

  /** See `files.list`. */
  async list(input: ListInput, library: Library | null, signal: AbortSignal): Promise<Listing> {
    const { path, source } = this.folder(input.path, library)
    return source.list({ ...input, path }, signal)
  }

  /** See `files.seek`. */
  async seek(input: SeekInput, library: Library | null, signal: AbortSignal): Promise<{ offset: number | null }> {
    const { path, source } = this.folder(input.path, library)
    const entryPath = input.entryPath === undefined ? undefined : this.folder(input.entryPath, library).path
    return source.seek({ ...input, path, entryPath }, signal)
  }

  /** See `indexing.browse`. */
  async browse(input: BrowseInput, library: Library | null, signal: AbortSignal): Promise<Browsed> {
    const { path, source } = this.folder(input.path, library)
    return source.browse({ ...input, path }, signal)
  }

  /** See `files.archive`. */
  async archive(page: ArchivePage, library: Library | null, signal: AbortSignal): Promise<ArchiveListing> {
    const located = this.#locate(page.path, library)
    if ('path' in located) return located.source.archive({ ...page, path: located.path }, signal)
    throw new CoreError(
      'InvalidInput',
      `${page.path} is not an archive at a path; use \`file info\` or \`file cat\` for it`,
    )
  }

  /** See `files.document`. */
  async document(page: DocumentAsked, library: Library | null, signal: AbortSignal): Promise<DocumentPage> {
    const located = this.#locate(page.path, library)
    if ('path' in located) return located.source.document({ ...page, path: located.path }, signal)
    throw new CoreError(
      'InvalidInput',
      `${page.path} is not a document at a path; use \`file info\` or \`file cat\` for it`,
    )
  }

  /** See `files.info`. */
  async info(address: string, library: Library | null, signal: AbortSignal): Promise<FileInfo> {
    const { ref, source } = this.resolve(address, library)
    return source.stat(ref, signal)
  }

  /** See `files.read`. */
  async read({ etag, from, length, offset, path }: ReadInput, library: Library | null, signal: AbortSignal) {
    const { ref, source } = this.resolve(path, library)
    const piece = { offset, length, etag: etag ?? null, from }
    return shown(await source.read(ref, piece, signal), offset)
  }

  /** See `network.where`. */
  async where(address: string, library: Library | null, signal: AbortSignal): Promise<ContentPlaces> {
    const { ref, source } = this.resolve(address, library)
    const contentId = 'content' in ref ? ref.content : (await source.stat(ref, signal)).contentId
    if (contentId === null)
      throw new CoreError(
        'NotFound',
        `the content of ${address} is not indexed yet; run \`index verify\` to see the missing parts`,
      )
    const { devices, disk } = this.#deps
    const own = await disk(library).where(contentId, signal)
    const others = await Promise.all(devices.all().map((device) => device.where(contentId, signal)))
    return {
      contentId,
      devices: [{ ...own, isOwn: true }, ...others.map((each) => ({ ...each, isOwn: false }))],
    }
  }

  /** Checks a file for callers that may see only the libraries; see `FileReader`. */
  async requireInLibraries(address: string): Promise<void> {
    if (ContentId.safeParse(address).success) return
    const { ref, source } = this.resolve(address, null)
    await source.requireInLibraries(ref)
  }

  #locate(
    text: string,
    library: Library | null,
  ): { readonly source: FileSource; readonly path: string } | { readonly source: FileReader; readonly ref: FileRef } {
    const { devices, disk, isHere, own } = this.#deps
    const address = parseAddress(text)
    switch (address.kind) {
      case 'path':
        return { source: disk(library), path: address.path }
      case 'device':
        return {
          source: isOwn(address.device, own()) ? disk(library) : devices.find(address.device),
          path: address.path,
        }
      case 'content': {
        const source = new ContentSource({ disk: disk(library), isHere, elsewhere: devices })
        return { source, ref: { content: ContentId.parse(address.contentId) } }
      }
      case 'sidecar':
        return { source: disk(library), ref: { sidecar: address.address } }
      case 'wrong':
        throw new CoreError('InvalidInput', address.why)
    }
  }
}

/**
 * The reference for the path of a file whose device is already known. Throws `InvalidInput` if the text has no path.
 */
export function pathRef(text: string): FileRef {
  const address = parseAddress(text)
  if (address.kind === 'path' || address.kind === 'device') return { path: address.path }
  throw new CoreError('InvalidInput', `${text} is not a path on a device`)
}

function isOwn(device: string, { id, name, slug }: Pick<Device, 'id' | 'name' | 'slug'>): boolean {
  return device === '' || device === id || device === name || device.toLowerCase() === slug
}

function shown({ bytes, etag, mtimeMs, name, origin, size }: Piece & { origin: PieceOrigin }, offset: number) {
  return {
    name: displayName(name),
    size,
    modifiedAt: new Date(mtimeMs).toISOString(),
    etag,
    offset,
    base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'),
    source: origin,
  }
}
