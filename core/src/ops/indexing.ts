import { z } from 'zod'
import { Entry } from '../domain/entry.ts'
import { JobId } from '../domain/ids.ts'
import { EntryCounts, IndexMode, Location } from '../domain/location.ts'
import { Rule } from '../domain/rules.ts'
import { defineAction, defineQuery } from './define.ts'

const Scope = z.enum(['current', 'recursive'])
const path = z.string().describe('absolute path of a folder')
const Unread = z.object({ path: z.string(), code: z.string(), message: z.string() })

export const quickScan = defineAction({
  name: 'indexing.quickScan',
  scope: 'library',
  access: 'manage',
  files: ['path'],
  summary: 'Scan one folder now: updates the index if the folder is in a location, otherwise only lists it',
  input: z.object({
    path,
    scope: Scope.default('current').describe('current: this folder; recursive: everything below it'),
    ephemeral: z.boolean().default(false).describe('never write to the index'),
  }),
  output: z.object({
    path: z.string(),
    /** Whether the found entries are in the index now. */
    persisted: z.boolean(),
    counts: EntryCounts,
    tookMs: z.number(),
    job: z.object({ id: JobId }).nullable(),
    warnings: z.array(Unread),
  }),
  errors: ['NotFound', 'PermissionDenied'],
  cli: {
    words: ['index', 'quick-scan'],
    positional: ['path'],
    paths: ['path'],
    exit: { partialIf: 'warnings' },
    examples: ['index quick-scan ~/Downloads', 'index quick-scan /usr/share --scope recursive --ephemeral'],
  },
  run: (input, { library, signal }) => library.indexing.quickScan(input, signal),
})

export const browse = defineQuery({
  name: 'indexing.browse',
  scope: 'anywhere',
  staleBy: [],
  access: 'view',
  files: ['path'],
  summary: 'List any folder, indexed or not, without changing the index',
  input: z.object({
    path: z.string().describe('absolute path of a folder, or address: local://<device>/path'),
    scope: Scope.default('current').describe('current: this folder; recursive: everything below it'),
    content: z.boolean().default(false).describe('also identify the content of the files'),
    limit: z.int().min(1).max(10_000).default(1_000).describe('maximum number of entries'),
  }),
  output: z.object({ path: z.string(), items: z.array(Entry), total: z.number(), tookMs: z.number() }),
  errors: ['NotFound', 'PermissionDenied', 'NotAuthorised', 'Offline', 'Unsupported'],
  cli: {
    words: ['index', 'browse'],
    each: 'items',
    positional: ['path'],
    paths: ['path'],
    defaults: { path: '.' },
    examples: ['index browse /media/usb', 'index browse /media/usb --scope recursive --json'],
  },
  run: (input, { core, library, signal }) => core.sources.browse(input, library, signal),
})

export const indexPath = defineAction({
  name: 'indexing.location',
  scope: 'library',
  access: 'manage',
  summary: 'Index a location, or a folder inside one, with a scope and a mode',
  input: z.object({
    location: z.string().describe('path, id or name'),
    scope: Scope.default('recursive').describe('current: this folder; recursive: everything below it'),
    mode: IndexMode.optional().describe(
      'mode of this run: shallow reads names, sizes and times; content also the content identity; deep also types by content and media metadata; the mode of the location by default',
    ),
  }),
  output: z.object({ location: Location, job: z.object({ id: JobId }) }),
  errors: ['NotFound', 'Offline', 'Conflict'],
  cli: {
    words: ['index', 'location'],
    positional: ['location'],
    references: ['location'],
    wait: 'job',
    next: 'job monitor',
    examples: ['index location ~/Pictures --mode deep'],
  },
  run: (input, { library }) => library.indexing.indexPath(input),
})

export const verify = defineAction({
  name: 'indexing.verify',
  scope: 'library',
  access: 'manage',
  files: ['path'],
  summary: 'Compare the index with the disk, entry by entry',
  input: z.object({
    path: z.string().describe('a folder, or the id or name of a location'),
    content: z.boolean().default(false).describe('also read the files and compare their content'),
    fix: z.boolean().default(false).describe('scan the folders that differ, then compare again'),
  }),
  output: z.object({
    checked: z.number(),
    differences: z.array(
      z.object({
        kind: z.enum(['missing-from-index', 'stale-in-index', 'size', 'modified', 'inode', 'content']),
        path: z.string(),
      }),
    ),
    /** Number of differences; `differences` has the first ten thousand. */
    total: z.number(),
    /** The first thousand paths that could not be read, and so were not compared. */
    unreadable: z.array(Unread),
    unreadableTotal: z.number(),
    /** Number of differences before `fix` repaired them. */
    fixed: z.number(),
    tookMs: z.number(),
  }),
  errors: ['NotFound', 'Offline'],
  cli: {
    words: ['index', 'verify'],
    positional: ['path'],
    references: ['path'],
    exit: { failedIf: 'total', partialIf: 'unreadableTotal' },
    examples: ['index verify ~/Pictures', 'index verify ~/Pictures --fix'],
  },
  run: (input, { library, signal }) => library.indexing.verify(input, signal),
})

export const explain = defineQuery({
  name: 'indexing.explain',
  scope: 'library',
  staleBy: [],
  access: 'view',
  files: ['path'],
  summary: 'Show the rule that keeps a path out of the index',
  input: z.object({ path: z.string().describe('absolute path') }),
  output: z.object({
    path: z.string(),
    indexed: z.boolean(),
    /** The folder that the rule applies to, if it is not the path itself. */
    hiddenAt: z.string().nullable(),
    rule: Rule.nullable(),
    reason: z.string(),
  }),
  errors: ['NotFound'],
  cli: {
    words: ['index', 'explain'],
    positional: ['path'],
    paths: ['path'],
    examples: ['index explain ~/code/app/node_modules'],
  },
  run: (input, { library }) => library.indexing.explain(input.path),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [quickScan, browse, indexPath, verify, explain] as const
