import { stat } from 'node:fs/promises'
import type { DocumentBlock, DocumentPage } from '../../domain/document.ts'
import { CoreError } from '../../util/errors.ts'
import { fsPath, nameKey, type RawName } from '../../util/file-name.ts'
import { serveProcess } from '../../workers/serve-process.ts'
import { MAX_PAGE_CELLS, partsOf } from './block-collector.ts'
import { readBlocks } from './read-blocks.ts'
import type { Sheet } from './read-cells.ts'

export interface DocumentRequest {
  /** The path contains no links. */
  readonly path: RawName
  /** The path that the user gave, for messages. */
  readonly shown: string
  readonly kind: 'cells' | 'blocks'
  /** Number of the sheet, from 1. */
  readonly sheet: number
  readonly offset: number
  readonly limit: number
}

/** A page of a document. */
export type DocumentReply = Omit<DocumentPage, 'path' | 'kind' | 'sheet'>

type Contents =
  | { readonly kind: 'cells'; readonly sheets: readonly Sheet[]; readonly truncated: boolean }
  | { readonly kind: 'blocks'; readonly blocks: DocumentBlock[]; readonly truncated: boolean }

/** Cached, because users often view the next page of a document soon. */
let last: { readonly of: string; readonly contents: Contents } | null = null

serveProcess<DocumentRequest, DocumentReply>(async ({ kind, limit, offset, path, sheet, shown }) => {
  try {
    const of = `${kind} ${await stateOf(path)}`
    if (last?.of !== of) last = { of, contents: await read(path, kind) }
    return pageOf(last.contents, { sheet, offset, limit })
  } catch (err) {
    if (!(err instanceof CoreError)) throw err
    throw new CoreError(err.code, `${shown}: ${err.message}`, { cause: err })
  }
})

async function read(path: RawName, kind: Contents['kind']): Promise<Contents> {
  if (kind === 'cells') {
    // Loaded on first use, because it is large.
    const { readCells } = await import('./read-cells.ts')
    return { kind, ...(await readCells(path)) }
  }
  const { blocks, truncated } = await readBlocks(path)
  return { kind, blocks, truncated }
}

function pageOf(
  contents: Contents,
  { limit, offset, sheet }: { sheet: number; offset: number; limit: number },
): DocumentReply {
  if (contents.kind === 'blocks') {
    const { blocks, truncated } = contents
    return {
      sheets: [],
      columns: 0,
      rows: [],
      truncated,
      blocks: upTo(MAX_PAGE_CELLS, blocks.slice(offset, offset + limit), partsOf),
      total: blocks.length,
    }
  }
  const shown = contents.sheets[sheet - 1]
  if (!shown) throw new CoreError('NotFound', `it has ${contents.sheets.length} sheets, and no sheet ${sheet}`)
  return {
    sheets: contents.sheets.map(({ name }) => name),
    columns: shown.columns,
    rows: upTo(MAX_PAGE_CELLS, shown.rows.slice(offset, offset + limit), (row) => row.length),
    blocks: [],
    total: shown.rows.length,
    truncated: contents.truncated || shown.truncated,
  }
}

/** The first items whose sizes together stay within the limit; at least one. */
function upTo<Item>(most: number, items: Item[], sizeOf: (item: Item) => number): Item[] {
  let size = 0
  const end = items.findIndex((item, i) => (size += sizeOf(item)) > most && i > 0)
  return end === -1 ? items : items.slice(0, end)
}

/** A text that changes whenever the file changes. */
async function stateOf(path: RawName): Promise<string> {
  // Opening the file reports any error about its path.
  const stats = await stat(fsPath(path), { bigint: true }).catch(() => null)
  return [nameKey(path), stats?.dev, stats?.ino, stats?.size, stats?.mtimeNs].join(' ')
}
