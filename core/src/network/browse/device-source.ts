import type { ArchiveListing } from '../../domain/archive.ts'
import type { ContentId, FileInfo } from '../../domain/index.ts'
import type {
  ArchivePage,
  DocumentAsked,
  BrowseInput,
  Browsed,
  FetchRequest,
  FileRef,
  FileSource,
  FoundCopies,
  Listing,
  ListInput,
  OpenOptions,
  Piece,
  PieceInput,
  PieceOrigin,
  SeekInput,
  SourceFile,
  StartPlace,
  Thumbnail,
} from '../../sources/index.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, parsePath } from '../../util/file-name.ts'
import type { PairedDevice } from '../registry/paired-device.ts'
import type { Browse } from './browse.ts'
import { MAX_PATHS } from './file-resolvers.ts'
import type { Subject } from './protocol.ts'

export interface DeviceSourceDeps {
  readonly device: Pick<PairedDevice, 'id' | 'name' | 'slug'>
  readonly browse: Browse
  readonly latencyMs: () => number | null
}

/** The files of a paired device, as far as its user allows. */
export class DeviceSource implements FileSource {
  readonly key: string
  /** There is no message between devices to watch a folder. */
  readonly watch = null
  readonly #deps: DeviceSourceDeps

  constructor(deps: DeviceSourceDeps) {
    this.#deps = deps
    this.key = deps.device.id
  }

  places(signal: AbortSignal): Promise<StartPlace[]> {
    return this.#deps.browse.places(this.#deps.device, signal)
  }

  async list(input: ListInput, signal: AbortSignal): Promise<Listing> {
    const { browse, device } = this.#deps
    const { id, name } = device
    return { ...(await browse.list(device, input, signal)), device: { id, name } }
  }

  seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }> {
    return this.#deps.browse.seek(this.#deps.device, input, signal)
  }

  async browse({ content, limit, path, scope }: BrowseInput, signal: AbortSignal): Promise<Browsed> {
    if (scope === 'recursive' || content)
      throw new CoreError(
        'Unsupported',
        'a folder of another device is browsed without --scope recursive and --content',
      )
    const begun = performance.now()
    const order = { sort: 'name', reverse: false, foldersFirst: true } as const
    const listing = await this.list({ ...order, path, all: true, thumbs: false, limit, offset: 0 }, signal)
    return { path: listing.path, items: listing.items, total: listing.total, tookMs: performance.now() - begun }
  }

  archive(page: ArchivePage, signal: AbortSignal): Promise<ArchiveListing> {
    return this.#deps.browse.archive(this.#deps.device, page, signal)
  }

  document(page: DocumentAsked): Promise<never> {
    return Promise.reject(
      new CoreError('Unsupported', `${page.path} is on another device; fetch it first with \`network fetch\``),
    )
  }

  async stat(ref: FileRef, signal: AbortSignal): Promise<FileInfo> {
    return this.#deps.browse.info(this.#deps.device, subjectOf(ref), signal)
  }

  async read(
    ref: FileRef,
    { etag, length, offset }: PieceInput,
    signal: AbortSignal,
  ): Promise<Piece & { readonly origin: PieceOrigin }> {
    const { browse, device, latencyMs } = this.#deps
    const piece = await browse.read(device, { of: subjectOf(ref), offset, length, etag }, signal)
    const { id, name } = device
    return {
      ...piece,
      origin: { device: { id, name }, latencyMs: latencyMs(), bytesPerSecond: browse.holders.rateOf(id) },
    }
  }

  async open(ref: FileRef, _options: OpenOptions, signal: AbortSignal): Promise<SourceFile> {
    return this.#deps.browse.open(this.#deps.device, subjectOf(ref), signal)
  }

  async thumb(ref: FileRef, variant: string, signal: AbortSignal): Promise<Thumbnail> {
    return this.#deps.browse.thumb(this.#deps.device, { of: subjectOf(ref), variant }, signal)
  }

  where(content: ContentId, signal: AbortSignal): Promise<FoundCopies> {
    return this.#deps.browse.where(this.#deps.device, content, signal)
  }

  async localPath(): Promise<null> {
    return null
  }

  async fetches(refs: readonly FileRef[]): Promise<FetchRequest[]> {
    const devices = [this.#deps.device.id]
    const paths = refs.map((ref) => {
      if ('path' in ref) return ref.path
      throw new CoreError(
        'InvalidInput',
        'files of another device can be fetched only by path, not by content or sidecar',
      )
    })
    return inGroups(paths, MAX_PATHS).map((some) => ({
      devices,
      kind: 'paths',
      spec: { paths: some },
      title: titleOf(some),
    }))
  }

  async requireInLibraries(ref: FileRef): Promise<void> {
    if (!('path' in ref)) return
    throw new CoreError(
      'PermissionDenied',
      `${displayName(ref.path)} is on ${this.#deps.device.name}; reading files of other devices by path needs the right "disk"`,
    )
  }
}

function subjectOf(ref: FileRef): Subject {
  if (!('sidecar' in ref)) return ref
  throw new CoreError('InvalidInput', `${ref.sidecar} is a file of this device`)
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
}

function titleOf(paths: readonly string[]): string {
  const name = displayName(parsePath(paths[0]!)).split('/').findLast(Boolean) ?? '/'
  return paths.length === 1 ? name : `${name} and ${paths.length - 1} more`
}
