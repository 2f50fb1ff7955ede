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
    .describe('only contents of which a copy lies below one of these folders'),
  cursor: z.string().max(100).optional().describe('where the last page ended: the `cursor` of its answer'),
  thumbs: z.boolean().default(false).describe('with each file what there is to show of its content'),
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
  summary: 'Page through the contents that several files hold, those first that take the most room',
  input: z.object({
    ...of,
    limit: z.int().min(1).max(MAX_GROUPS).default(50).describe('how many contents at the most'),
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
  summary: 'Page through the files whose content exists only once in the library, the largest first',
  input: z.object({ ...of, limit: z.int().min(1).max(MAX_FILES).default(100).describe('how many files at the most') }),
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
  summary: 'Read all copies of a content whole, and say whether they are the same to the last byte',
  input: z.object({ contentId: ContentId.describe('of which content; see copies.list') }),
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
