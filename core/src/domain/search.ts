import { z } from 'zod'
import { Entry } from './entry.ts'
import { LocationId } from './ids.ts'
import { SidecarKind } from './sidecar.ts'
import { entryKinds, fileTypes } from './stored-lists.ts'

/** Limit on the length of a query. It is longer than any file name, with room for some words. */
const MAX_QUERY_LENGTH = 1_000
const MAX_RESULTS = 1_000
const DEFAULT_RESULTS = 50
/** Limit on the values of one filter; users type fewer. */
const MAX_FILTER_VALUES = 200

/** Values of the `type` filter: the type of a file, or the kind of an entry. `folder` means `directory`. */
export const SearchType = z.enum([...fileTypes, ...entryKinds, 'folder'])
export type SearchType = z.infer<typeof SearchType>

export const searchSorts = ['relevance', 'name', 'size', 'modified'] as const
export const SearchSort = z.enum(searchSorts)
export type SearchSort = z.infer<typeof SearchSort>

export const SearchInput = z.object({
  query: z
    .string()
    .max(MAX_QUERY_LENGTH)
    .default('')
    .describe(
      'words of the name in any order; "…" keeps words together; `jpg OR png`: one of them; `*.jpg`, `*.{jpg,png}`: the whole name; `2024/img`: a part of the path; an empty query finds everything that the filters allow',
    ),
  type: z.array(SearchType).max(MAX_FILTER_VALUES).default([]).describe('only these types: image, document, folder …'),
  ext: z.array(z.string()).max(MAX_FILTER_VALUES).default([]).describe('only these extensions'),
  location: z
    .array(z.string())
    .max(MAX_FILTER_VALUES)
    .default([])
    .describe('only in these locations: id, name or path'),
  size: z.string().max(100).optional().describe('only files of this size: >100MB, 1kb..2mb, <=5GiB'),
  modified: z
    .string()
    .max(100)
    .optional()
    .describe("only files changed then: today, 'last summer', 2024-05, 2024-05-01..2024-06-01, >2023, 7d"),
  taken: z
    .string()
    .max(100)
    .optional()
    .describe("only photos and films taken then, by a date of their own: 2024-05..2024-08, 'last summer', >2023"),
  hidden: z
    .boolean()
    .optional()
    .describe('also hidden files and files in hidden folders; a query that starts with a dot includes them too'),
  content: z
    .boolean()
    .default(false)
    .describe('also search the text in documents and pictures, by whole words; the last word may be incomplete'),
  semantic: z
    .boolean()
    .default(false)
    .describe(
      'also find texts of similar meaning, and search texts by words as `content` does; the built-in model reads English',
    ),
  weak: z
    .boolean()
    .optional()
    .describe('with `semantic`: also texts that are only weakly similar, which are left out otherwise'),
  sort: SearchSort.default('relevance').describe('relevance: best match first; without a query, newest first'),
  order: z
    .enum(['asc', 'desc'])
    .optional()
    .describe('for name, size and modified: asc for names, desc for the others by default'),
  limit: z.int().min(1).max(MAX_RESULTS).default(DEFAULT_RESULTS).describe('maximum number of results'),
  cursor: z.string().max(10_000).optional().describe('where the last page ended: the `cursor` of its answer'),
})
export type SearchInput = z.infer<typeof SearchInput>

/** Start and end (exclusive) of each matching part, in UTF-16 code units. */
const Ranges = z.array(z.tuple([z.number(), z.number()]))

export const NameReason = z.object({
  field: z.literal('name'),
  /** The matching parts of the name. */
  ranges: Ranges,
})
export type NameReason = z.infer<typeof NameReason>

export const TextReason = z.object({
  field: z.literal('text'),
  /** The sidecar kind that contains the text. */
  kind: SidecarKind,
  /** Number of the page, from 1; null if there is only one page. */
  page: z.number().nullable(),
  /** A piece of the text, on one line; empty if the text cannot be read now. */
  snippet: z.string(),
  /** The matching parts of the snippet. */
  ranges: Ranges,
  /**
   * The box of the first matching word, if known: left, top, width and height, as fractions of the page from 0 to 1.
   */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  /** For a recording: the time of the first matching word, in milliseconds from its start. */
  timeMs: z.number().optional(),
})
export type TextReason = z.infer<typeof TextReason>

export const SemanticReason = z.object({
  field: z.literal('semantic'),
  /** The kind of the sidecar that contains the text; `name` for the name of the file. */
  kind: SidecarKind.or(z.literal('name')),
  /** Similarity to the query: 1 for the same meaning. Typical values differ between models. */
  similarity: z.number(),
  /** Number of the page, from 1; null if there is only one page. */
  page: z.number().nullable(),
  /** The similar piece of text, on one line; empty if the text cannot be read now. */
  snippet: z.string(),
  /** The parts of the snippet that match words of the query; may be empty. */
  ranges: Ranges,
  /** The box of the text, if known: left, top, width and height, as fractions of the page from 0 to 1. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
  /** For a recording: the time of the piece, in milliseconds from its start. */
  timeMs: z.number().optional(),
})
export type SemanticReason = z.infer<typeof SemanticReason>

/** A reason why an entry matches. */
export const SearchReason = z.discriminatedUnion('field', [NameReason, TextReason, SemanticReason])
export type SearchReason = z.infer<typeof SearchReason>

export const SearchItem = Entry.extend({
  /** The innermost location that contains the entry. */
  location: z.object({ id: LocationId, name: z.string() }).nullable(),
  /** False if its volume is offline; the data are then from the index. */
  online: z.boolean(),
  /** The reasons; empty if the search has only filters. */
  why: z.array(SearchReason),
})
export type SearchItem = z.infer<typeof SearchItem>

export const SearchResult = z.object({
  query: z.string(),
  /** Number of matches on all pages. */
  total: z.number(),
  /**
   * False if the index changed while the page was made, or if the search left out matches: a search by meaning leaves
   * out the lowest-ranked matches by words, and a search in texts may leave out some combinations of words (see
   * `MAX_WAYS`).
   */
  totalIsExact: z.boolean(),
  tookMs: z.number(),
  items: z.array(SearchItem),
  /** Pass it to get the next page; null on the last page. */
  cursor: z.string().nullable(),
  /** Set if nothing matches: similar queries that do have matches, with words that occur in the library. */
  suggestions: z.array(z.string()).optional(),
  /**
   * The parts of the query that were not read as plain words: `or` for alternatives, `glob` for a pattern of the whole
   * name, `path` for a part of the path. In quotes, a pattern or the word OR is an ordinary word.
   */
  special: z.array(z.object({ kind: z.enum(['or', 'glob', 'path']), text: z.string() })).optional(),
  /**
   * What the library has and this search did not use: `content`, the texts of files; `semantic`, their meaning. The
   * names are those of the inputs. Missing if there is nothing more, or if the query has no words.
   */
  unsearched: z.array(z.enum(['content', 'semantic'])).optional(),
  /** Set if a search in texts may find more later. */
  unread: z
    .object({
      /** Number of files that pass the filters and whose text is still being read; it is counted up to 10,000. */
      files: z.number(),
      /** Whether a scan is running, which may find more files with text. */
      scanning: z.boolean(),
    })
    .optional(),
  /** Number of matches that were left out because their meaning is only weakly similar; `weak` includes them. */
  weaker: z.number().optional(),
  /** Reasons why the search may miss matches, each in one line with its remedy. */
  notices: z.array(z.string()).optional(),
})
export type SearchResult = z.infer<typeof SearchResult>
