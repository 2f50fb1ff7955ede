import { z } from 'zod'
import { boundedArray } from '../../util/bounded-array.ts'
import { MAX_BLOCK_ROWS, MAX_BLOCKS, MAX_PAGE_CELLS, MAX_TABLE_CELLS } from './block-collector.ts'
import type { DocumentReply } from './document-child.ts'

/**
 * Limit on the elements of all lists in a reply: the cells and runs of a page, their rows and blocks, and the names of
 * sheets.
 */
const MAX_LISTED = 2 * MAX_PAGE_CELLS + 2_000
/** How deep lists and objects are nested in a reply: at most as deep as a run in a cell. */
const MAX_NESTED = 8
/** The operation limits a page to this number of rows or blocks. */
const MAX_ITEMS = 1_000
/**
 * Limit on the cells of a row, and on the sheets of a workbook. See `read-cells.ts`, which is not imported here
 * because it loads a large library.
 */
const MAX_COLUMNS = 1_000
const MAX_SHEETS = 200
const MAX_TEXT = 4 * 2 ** 20
const MAX_CELL = 2_000
const MAX_RUNS = 10_000

const run = z.object({
  text: z.string().max(MAX_TEXT),
  bold: z.boolean().optional(),
  italic: z.boolean().optional(),
  underlined: z.boolean().optional(),
  struck: z.boolean().optional(),
  href: z
    .string()
    .max(2_000)
    .regex(/^(?:https?|mailto):/i)
    .optional(),
})
const runs = boundedArray(run, MAX_RUNS)
const block = z.object({
  kind: z.enum(['heading', 'paragraph', 'item', 'table', 'picture']),
  level: z.int().min(0).max(8),
  marker: z.string().max(40),
  runs,
  rows: boundedArray(boundedArray(runs, MAX_TABLE_CELLS), MAX_BLOCK_ROWS),
  picture: z
    .object({ mime: z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/bmp']), base64: z.base64() })
    .nullable(),
})
const reply = z.object({
  sheets: boundedArray(z.string().max(200), MAX_SHEETS),
  columns: z.int().min(0).max(MAX_COLUMNS),
  rows: boundedArray(boundedArray(z.string().max(MAX_CELL), MAX_COLUMNS), MAX_ITEMS),
  blocks: boundedArray(block, MAX_ITEMS),
  total: z.int().min(0).max(Math.max(MAX_BLOCKS, 100_000)),
  truncated: z.boolean(),
})

/** Throws if the reply is not valid: the process that sent it may have been taken over. */
export function parseReply(value: unknown): DocumentReply {
  if (countListed(value, MAX_LISTED) > MAX_LISTED) throw new Error('it is too large for a page of a document')
  const { data, success } = reply.safeParse(value)
  if (!success) throw new Error('it is not a page of a document')
  return data
}

/**
 * Counts the elements of all lists in a value, up to a limit. This is much faster than checking them with the schema.
 */
function countListed(value: unknown, most: number, depth = MAX_NESTED): number {
  if (typeof value !== 'object' || value === null || depth === 0) return 0
  let count = Array.isArray(value) ? value.length : 0
  if (count > most) return count
  for (const each of Array.isArray(value) ? value : Object.values(value)) {
    count += countListed(each, most - count, depth - 1)
    if (count > most) break
  }
  return count
}
