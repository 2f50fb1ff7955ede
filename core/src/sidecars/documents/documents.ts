import type { DocumentPage } from '../../domain/document.ts'
import type { DocumentAsked } from '../../sources/index.ts'
import { CoreError } from '../../util/errors.ts'
import { baseOf, displayName, extensionOf, parsePath } from '../../util/file-name.ts'
import { placeForReading, type PlaceDeps, shownAbsolute } from '../../volume/index.ts'
import { ProcessPool, type ProcessPoolOptions } from '../../workers/index.ts'
import type { DocumentReply, DocumentRequest } from './document-child.ts'
import { parseReply } from './document-reply.ts'

/** A large workbook takes some ten seconds on a busy machine. */
const DEADLINE_MS = 45_000
/** Enough: a user looks at one document at a time. */
const PROCESSES = 1
/** A page has 20,000 cells or 200 blocks; pictures take 6 MiB at most. */
const MAX_REPLY_BYTES = 64 * 2 ** 20
/** A workbook of 16 MiB takes some 900 MB. */
const MEMORY_MIB = 1_400
const HEAP_MIB = 1_024
/** Normal priority, because a user is waiting for the page. */
const NICENESS = 0

/** The form in which a file is read, by the extension of its name. */
const kinds: ReadonlyMap<string, DocumentRequest['kind']> = new Map([
  ...['docx', 'docm', 'dotx', 'dotm'].map((extension) => [extension, 'blocks'] as const),
  ...['xlsx', 'xlsm', 'xltx', 'xltm', 'xlsb', 'xls', 'xlt', 'ods', 'ots', 'fods', 'wk1', 'wk3', '123', 'numbers'].map(
    (extension) => [extension, 'cells'] as const,
  ),
])

export interface DocumentsDeps extends PlaceDeps {
  /** The folder for temporary files. It is created if it is missing. */
  readonly temporary: string
  /** The module that reads documents; a test replaces it with a hostile one. */
  readonly entry?: URL
  /** See `ProcessPoolOptions.layer`. */
  readonly layer?: ProcessPoolOptions['layer']
}

/** Reads documents for viewing. Each is read in a process that may fail, because the document may be hostile. */
export class Documents implements AsyncDisposable {
  readonly #pool: ProcessPool<DocumentRequest, DocumentReply>
  readonly #deps: DocumentsDeps

  constructor(deps: DocumentsDeps) {
    this.#deps = deps
    this.#pool = new ProcessPool({
      name: 'document',
      entry: deps.entry ?? new URL('document-child.ts', import.meta.url),
      processes: PROCESSES,
      memoryMiB: MEMORY_MIB,
      heapMiB: HEAP_MIB,
      niceness: NICENESS,
      box: { programs: [], temporary: deps.temporary, parse: parseReply },
      maxReplyBytes: MAX_REPLY_BYTES,
      ...(deps.layer && { layer: deps.layer }),
    })
  }

  /** A page of a document; see the operation. Throws `Unsupported`, `Corrupt`, `NotFound`, … */
  async document({ limit, offset, path, sheet }: DocumentAsked, signal: AbortSignal): Promise<DocumentPage> {
    const given = parsePath(path)
    const shown = shownAbsolute(given)
    const kind = kinds.get(extensionOf(displayName(baseOf(given))))
    if (!kind)
      throw new CoreError(
        'Unsupported',
        `${shown} is no Word document and no workbook; use \`file cat\` to read a text`,
      )
    const file = await placeForReading(given, this.#deps, { deadlineMs: DEADLINE_MS, signal })
    const request = { path: file, shown, kind, sheet, offset, limit }
    const page = await this.#pool.run(request, { signal, deadlineMs: DEADLINE_MS, reach: { read: [file] } })
    return { path: shown, kind, sheet, ...page }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]()
  }
}
