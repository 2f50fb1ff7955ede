import { z } from 'zod'
import { Entry } from '../domain/entry.ts'
import { FileType } from '../domain/file-kind.ts'
import { ContentId, LocationId } from '../domain/ids.ts'
import { defineAction, defineQuery } from './define.ts'

/** More values of one filter than users choose. */
const MAX_FILTER_VALUES = 100
const MAX_GROUPS = 200
const MAX_FILES = 500

const of = {
  types: z.array(FileType).max(MAX_FILTER_VALUES).default([]).describe('only contents of these types'),
  below: z
    .array(z.string())
    .max(MAX_FILTER_VALUES)
    .default([])
    .describe('only contents with a copy below one of these folders'),
  cursor: z.string().max(100).optional().describe('the `cursor` in the answer of the previous page'),
  thumbs: z.boolean().default(false).describe('also report the thumbnails of each file'),
}

const CopyFile = Entry.extend({
  location: z.object({ id: LocationId, name: z.string() }).nullable(),
  /** Name of its volume; null if not known. */
  volume: z.string().nullable(),
  online: z.boolean(),
})

export const listCopies = defineQuery({
  name: 'copies.list',
  scope: 'library',
  staleBy: ['totals'],
  access: 'view',
  summary: 'List duplicates page by page, the largest total size first',
  input: z.object({
    ...of,
    limit: z.int().min(1).max(MAX_GROUPS).default(50).describe('maximum number of contents'),
  }),
  output: z.object({
    groups: z.array(
      z.object({
        contentId: ContentId,
        /** Bytes of one copy. */
        size: z.number(),
        /** Number of copies; hard links to one file count once. */
        copies: z.number(),
        /** Bytes of all copies but one. */
        reclaimableBytes: z.number(),
        /** `full`: every byte was read; `sampled`: their sizes and samples of their bytes agree. */
        verified: z.enum(['sampled', 'full']),
        /** The first copies, by path. */
        files: z.array(CopyFile),
      }),
    ),
    /** Number of all groups that pass the filters, on all pages. */
    totalGroups: z.number(),
    /** Files beyond the first of each content. */
    extraFiles: z.number(),
    reclaimableBytes: z.number(),
    /** Pass it to get the next page; null on the last page. */
    cursor: z.string().nullable(),
  }),
  errors: ['NotFound', 'Unavailable'],
  run: (input, { library }) => library.copies.list(input),
})

export const uniqueFiles = defineQuery({
  name: 'copies.unique',
  scope: 'library',
  staleBy: ['totals'],
  access: 'view',
  summary: 'List the files without a copy in the library page by page, largest first',
  input: z.object({ ...of, limit: z.int().min(1).max(MAX_FILES).default(100).describe('maximum number of files') }),
  output: z.object({
    items: z.array(CopyFile),
    /** Number of all files that pass the filters; files of unknown content are not counted. */
    total: z.number(),
    totalBytes: z.number(),
    cursor: z.string().nullable(),
  }),
  errors: ['NotFound', 'Unavailable'],
  run: (input, { library }) => library.copies.unique(input),
})

export const compareCopies = defineAction({
  name: 'copies.compare',
  scope: 'library',
  access: 'manage',
  summary: 'Read all copies of a content completely and compare every byte',
  input: z.object({ contentId: ContentId.describe('id of the content, from copies.list') }),
  output: z.object({
    /** Groups of identical files; one group if all are identical. */
    groups: z.array(z.object({ files: z.array(z.object({ path: z.string() })) })),
    /** Files that could not be read, or that turned out to differ. */
    notes: z.array(z.object({ path: z.string(), message: z.string() })),
    /** True if every copy was read and all are identical. */
    same: z.boolean(),
  }),
  errors: ['NotFound'],
  run: (input, { library, signal }) => library.copies.compare(input.contentId, signal),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [listCopies, uniqueFiles, compareCopies] as const
