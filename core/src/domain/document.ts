import { z } from 'zod'

/** A part of a text with the same formatting. */
export const DocumentRun = z.object({
  /** The text. Line feeds end lines within the paragraph. */
  text: z.string(),
  bold: z.boolean().optional(),
  italic: z.boolean().optional(),
  underlined: z.boolean().optional(),
  struck: z.boolean().optional(),
  /** The target of a link: a web address or a mail address. */
  href: z.string().optional(),
})
export type DocumentRun = z.infer<typeof DocumentRun>

/** A part of a document, in reading order. */
export const DocumentBlock = z.object({
  kind: z.enum(['heading', 'paragraph', 'item', 'table', 'picture']),
  /**
   * For a heading: its level, from 1 (the largest) to 6. For an item of a list: how deep it is nested, from 0.
   * Otherwise 0.
   */
  level: z.number(),
  /** The marker of an item of a list, such as `•` or `3.`; otherwise empty. */
  marker: z.string(),
  runs: z.array(DocumentRun),
  /** The cells of a table, row by row. */
  rows: z.array(z.array(z.array(DocumentRun))),
  /** A picture with its bytes in base64; null if it is too large, or in a format that pages do not show. */
  picture: z.object({ mime: z.string(), base64: z.string() }).nullable(),
})
export type DocumentBlock = z.infer<typeof DocumentBlock>

/** A page of the contents of a document. */
export const DocumentPage = z.object({
  path: z.string(),
  /** `cells` for a workbook, whose content is in `rows`. `blocks` for a text, whose content is in `blocks`. */
  kind: z.enum(['cells', 'blocks']),
  /** The names of the sheets of a workbook; otherwise empty. */
  sheets: z.array(z.string()),
  /** The number of the sheet that is shown, from 1. */
  sheet: z.number(),
  /** The number of columns of the sheet. */
  columns: z.number(),
  /** The cells as a spreadsheet program shows them, row by row. Empty cells at the end of a row are left out. */
  rows: z.array(z.array(z.string())),
  blocks: z.array(DocumentBlock),
  /** The number of all rows of the sheet, or of all blocks. */
  total: z.number(),
  /** Whether the document is so large that not all of it can be shown. */
  truncated: z.boolean(),
})
export type DocumentPage = z.infer<typeof DocumentPage>
