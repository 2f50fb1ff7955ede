import { z } from 'zod'
import { Entry } from '../domain/entry.ts'
import { FileType } from '../domain/file-kind.ts'
import { ContentId, LocationId } from '../domain/ids.ts'
import { defineAction, defineQuery } from './define.ts'

/** Limit on the values of one filter; users choose fewer. */
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
  /** Name of the file's volume; null if not known. */
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
        /** Size of one copy in bytes. */
        size: z.number(),
        /** Number of copies; hard links to one file count once. */
        copies: z.number(),
        /** Size of all copies but one, in bytes. */
        reclaimableBytes: z.number(),
        /**
         * How the files were compared. `full`: every byte was read; `sampled`: their sizes and samples of their bytes
         * are equal.
         */
        verified: z.enum(['sampled', 'full']),
        /** The first copies, by path. */
        files: z.array(CopyFile),
      }),
    ),
    /** Number of groups on all pages that pass the filters. */
    totalGroups: z.number(),
    /** Number of files beyond the first of each content. */
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
    /** Number of files on all pages that pass the filters. Files whose content is not identified are not counted. */
    total: z.number(),
    totalBytes: z.number(),
    cursor: z.string().nullable(),
  }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['file', 'unique'],
    each: 'items',
    positional: ['below'],
    variadic: true,
    paths: ['below'],
    examples: [
      'file unique',
      'file unique ~/Pictures --types image,video',
      'file unique --print0 > files-without-copy',
    ],
  },
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
    /** Whether every copy was read and all are identical. */
    same: z.boolean(),
  }),
  errors: ['NotFound'],
  run: (input, { library, signal }) => library.copies.compare(input.contentId, signal),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [listCopies, uniqueFiles, compareCopies] as const
