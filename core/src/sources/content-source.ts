import type { ContentId, DeviceId, FileInfo } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import type {
  FetchRequest,
  FileReader,
  FileRef,
  OpenOptions,
  Piece,
  PieceInput,
  PieceOrigin,
  SourceFile,
  Thumbnail,
} from './file-source.ts'

export interface ContentSourceDeps {
  readonly disk: FileReader
  /** Whether this device's disk has a file with the content that can be read now. */
  readonly isHere: (content: ContentId) => boolean
  readonly elsewhere: ContentsElsewhere
}

/** Finds contents on other devices. */
export interface ContentsElsewhere {
  /**
   * The sources that have a content and would send it, the fastest first. Throws `NotFound` or `Offline` if there is
   * none.
   */
  holders(content: ContentId, signal: AbortSignal): Promise<readonly FileReader[]>
  /** The source of a paired device. Throws `NotFound`. */
  device(id: DeviceId): FileReader
  fetch(content: ContentId, signal: AbortSignal): Promise<FetchRequest>
}

/**
 * Reads files by content: from this device's disk if it has the content, otherwise from the source that sends it
 * fastest.
 */
export class ContentSource implements FileReader {
  readonly key = 'content'
  readonly #deps: ContentSourceDeps

  constructor(deps: ContentSourceDeps) {
    this.#deps = deps
  }

  stat(ref: FileRef, signal: AbortSignal): Promise<FileInfo> {
    return this.#fromFirst(ref, (source) => source.stat(ref, signal), signal)
  }

  read(
    ref: FileRef,
    { from, ...piece }: PieceInput,
    signal: AbortSignal,
  ): Promise<Piece & { readonly origin: PieceOrigin }> {
    if (from !== undefined) return this.#deps.elsewhere.device(from).read(ref, piece, signal)
    return this.#fromFirst(ref, (source) => source.read(ref, piece, signal), signal)
  }

  open(ref: FileRef, options: OpenOptions, signal: AbortSignal): Promise<SourceFile> {
    return this.#fromFirst(ref, (source) => source.open(ref, options, signal), signal)
  }

  thumb(ref: FileRef, variant: string, signal: AbortSignal): Promise<Thumbnail> {
    return this.#fromFirst(ref, (source) => source.thumb(ref, variant, signal), signal)
  }

  async localPath(ref: FileRef, signal: AbortSignal): Promise<string | null> {
    return this.#deps.isHere(contentOf(ref)) ? this.#deps.disk.localPath(ref, signal) : null
  }

  async fetches(refs: readonly FileRef[], signal: AbortSignal): Promise<FetchRequest[]> {
    const requests: FetchRequest[] = []
    for (const ref of refs) requests.push(await this.#deps.elsewhere.fetch(contentOf(ref), signal))
    return requests
  }

  /** Does nothing, because contents are known only from libraries. */
  async requireInLibraries(): Promise<void> {}

  /** Tries the sources in order, because all have the same bytes. If all fail, throws the error of the last one. */
  async #fromFirst<T>(ref: FileRef, use: (source: FileReader) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { disk, elsewhere, isHere } = this.#deps
    const content = contentOf(ref)
    if (isHere(content)) return use(disk)
    const holders = await elsewhere.holders(content, signal)
    for (const source of holders.slice(0, -1)) {
      try {
        return await use(source)
      } catch {
        // Try the next source, which has the content too.
        signal.throwIfAborted()
      }
    }
    return use(holders.at(-1)!)
  }
}

function contentOf(ref: FileRef): ContentId {
  if ('content' in ref) return ref.content
  throw new CoreError('InvalidInput', `${'path' in ref ? ref.path : ref.sidecar} is not a content`)
}
