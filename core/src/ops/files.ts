import { z } from 'zod'
import { ArchiveListing } from '../domain/archive.ts'
import { Comparison } from '../domain/comparison.ts'
import { DocumentPage } from '../domain/document.ts'
import { Entry, FileSort } from '../domain/entry.ts'
import { FileInfo } from '../domain/file-info.ts'
import { FolderSize } from '../domain/folder-size.ts'
import { ContentId, DeviceId, EntryId } from '../domain/ids.ts'
import { Timestamp } from '../domain/time.ts'
import { Transfer } from '../domain/transfer.ts'
import { defineAction, defineQuery } from './define.ts'

const path = z.string().describe('absolute path')
const address = z.string().describe('absolute path, or address: local://<device>/path')

const order = {
  sort: FileSort.default('name').describe(
    'column to sort by: names, types and extensions from A, sizes and times from the largest and latest',
  ),
  reverse: z.boolean().default(false).describe('reverse the order'),
  foldersFirst: z.boolean().default(true).describe('list folders first, in both orders'),
}
const thumbs = z.boolean().default(false).describe('also report the thumbnails of each item')

export const listFiles = defineQuery({
  name: 'files.list',
  scope: 'anywhere',
  staleBy: ['tree', 'locations', 'volumes', 'elsewhere'],
  access: 'view',
  files: ['path'],
  summary: 'List a folder, from the index if it is indexed, otherwise from the disk',
  input: z.object({
    path: address,
    all: z.boolean().default(false).describe('also entries that a rule keeps out of the index, with the rule'),
    ...order,
    thumbs,
    limit: z.int().min(1).max(10_000).default(1_000).describe('maximum number of entries'),
    offset: z.int().min(0).default(0).describe('number of results to skip'),
  }),
  output: z.object({
    path: z.string(),
    source: z.enum(['index', 'disk']),
    items: z.array(Entry),
    total: z.number(),
    /** False if the volume is offline; the data are then from the index. */
    online: z.boolean(),
    /** The paired device that has the folder. The paths of the entries are then addresses. */
    device: z.object({ id: DeviceId, name: z.string() }).optional(),
  }),
  errors: ['NotFound', 'PermissionDenied', 'NotAuthorised', 'Offline', 'Timeout'],
  cli: {
    words: ['file', 'list'],
    each: 'items',
    aliases: [['ls']],
    positional: ['path'],
    paths: ['path'],
    defaults: { path: '.' },
    examples: ['file list ~/Pictures', 'file list . --sort size', 'file list local://laptop/home/me'],
  },
  run: (input, { core, library, signal }) => core.sources.list(input, library, signal),
})

/** Limit on the length; no name is longer. */
const MAX_PREFIX = 1_000

export const seekFile = defineQuery({
  name: 'files.seek',
  scope: 'anywhere',
  staleBy: ['tree'],
  access: 'view',
  files: ['path', 'entryPath'],
  summary: 'Find the row of an entry in a listing, by the beginning of its name or by its path',
  input: z
    .object({
      path: address,
      all: z.boolean().default(false).describe('in the listing with the entries that rules keep out of the index'),
      ...order,
      prefix: z.string().min(1).max(MAX_PREFIX).optional().describe('beginning of the name, in upper or lower case'),
      entryPath: z.string().optional().describe('path of the entry'),
      from: z.int().min(0).default(0).describe('row to start at; after the last row the search continues at the first'),
    })
    .refine((input) => (input.prefix === undefined) !== (input.entryPath === undefined), {
      message: 'is given, or entryPath, and not both',
      path: ['prefix'],
    }),
  output: z.object({ offset: z.number().nullable() }),
  errors: ['NotFound', 'PermissionDenied', 'NotAuthorised', 'Offline', 'Timeout'],
  run: (input, { core, library, signal }) => core.sources.seek(input, library, signal),
})

/** Limit on the levels. In a picture, more levels cannot be distinguished. */
const MAX_DEPTH = 4
const MAX_NODES = 2_000

export const fileSizes = defineQuery({
  name: 'files.sizes',
  scope: 'library',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'Show the largest files and folders in a folder, each with its contents',
  input: z.object({
    path,
    depth: z.int().min(1).max(MAX_DEPTH).default(2).describe('number of levels'),
    limit: z.int().min(1).max(MAX_NODES).default(200).describe('maximum number of files and folders'),
  }),
  output: FolderSize,
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['file', 'sizes'],
    positional: ['path'],
    paths: ['path'],
    defaults: { path: '.' },
    examples: ['file sizes ~/Pictures', 'file sizes . --depth 1 --limit 20'],
  },
  run: (input, { library }) => library.overview.sizes(input),
})

export const fileInfo = defineQuery({
  name: 'files.info',
  scope: 'anywhere',
  staleBy: ['tree', 'sidecars', 'locations', 'volumes', 'elsewhere'],
  access: 'view',
  files: ['path'],
  summary: 'Show everything about one file or folder',
  input: z.object({
    path: z.string().describe('absolute path, or address: local://<device>/path, content://<id>, sidecar://…'),
  }),
  output: FileInfo,
  errors: ['NotFound', 'PermissionDenied', 'NotAuthorised', 'Offline', 'Timeout'],
  cli: {
    words: ['file', 'info'],
    aliases: [['info']],
    positional: ['path'],
    paths: ['path'],
    examples: ['file info ~/Pictures/cat.jpg', 'file info local://laptop/home/me/cat.jpg'],
  },
  run: (input, { core, library, signal }) => core.sources.info(input.path, library, signal),
})

export const filePath = defineQuery({
  name: 'files.path',
  scope: 'library',
  staleBy: [],
  access: 'view',
  summary: 'Show the path of an indexed file',
  input: z.object({ id: EntryId.describe('id of the entry') }),
  output: Entry.pick({ path: true, pathBase64: true }),
  errors: ['NotFound', 'Offline'],
  run: async (input, { library }) => library.files.pathById(input.id),
})

export const duplicates = defineAction({
  name: 'files.duplicates',
  scope: 'library',
  access: 'manage',
  summary: 'List groups of files with the same content',
  input: z.object({
    verify: z.boolean().default(false).describe('read the whole files and compare them'),
    limit: z.int().min(1).max(10_000).default(100).describe('number of groups, largest first'),
  }),
  output: z.object({
    groups: z.array(
      z.object({
        contentId: ContentId,
        size: z.number(),
        verified: z.enum(['sampled', 'full']),
        files: z.array(Entry.pick({ path: true, pathBase64: true }).extend({ online: z.boolean() })),
      }),
    ),
    totalGroups: z.number(),
    /** For all groups, including those that are not listed. */
    reclaimableBytes: z.number(),
    /** Files that could not be read for `verify`, or that turned out to differ. */
    notes: z.array(z.object({ path: z.string(), message: z.string() })),
  }),
  cli: {
    words: ['file', 'duplicates'],
    each: 'groups.files',
    eachButFirst: true,
    examples: ['file duplicates', 'file duplicates --verify'],
  },
  run: (input, { library, signal }) => library.files.duplicates(input, signal),
})

export const compareFiles = defineQuery({
  name: 'files.compare',
  scope: 'core',
  staleBy: [],
  access: 'view',
  files: ['left', 'right'],
  summary: 'Compare two folders or files by content, and list the files that are missing, different or moved',
  input: z.object({
    left: path,
    right: path,
    limit: z.int().min(1).max(10_000).default(1_000).describe('maximum number of files in each list'),
  }),
  output: Comparison,
  errors: ['NotFound', 'PermissionDenied', 'Timeout', 'Unsupported'],
  cli: {
    words: ['file', 'compare'],
    positional: ['left', 'right'],
    paths: ['left', 'right'],
    exit: { partialIf: 'failures' },
    examples: ['file compare ~/Pictures /media/backup/Pictures', 'file compare a.txt b.txt'],
  },
  run: (input, { core, signal }) => core.comparisons.compare(input, signal),
})

export const listArchive = defineQuery({
  name: 'files.archive',
  scope: 'anywhere',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'List the files in an archive: zip and tar always; 7z, rar and others if bsdtar or 7z is installed',
  input: z.object({
    path: address,
    limit: z.int().min(1).max(10_000).default(1_000).describe('maximum number of files'),
    offset: z.int().min(0).default(0).describe('number of results to skip'),
  }),
  output: ArchiveListing,
  errors: ['NotFound', 'PermissionDenied', 'NotAuthorised', 'Offline', 'Unsupported', 'Corrupt', 'Timeout'],
  cli: {
    words: ['file', 'archive'],
    positional: ['path'],
    paths: ['path'],
    examples: ['file archive ~/Downloads/photos.zip', 'file archive local://laptop/home/me/photos.zip'],
  },
  run: (input, { core, library, signal }) => core.sources.archive(input, library, signal),
})

export const readDocument = defineQuery({
  name: 'files.document',
  scope: 'anywhere',
  staleBy: ['tree'],
  access: 'view',
  files: ['path'],
  summary: 'Read a page of a document: the cells of a workbook, or the paragraphs, tables and pictures of a Word file',
  input: z.object({
    path: address,
    sheet: z.int().min(1).max(200).default(1).describe('sheet of a workbook, from 1'),
    limit: z
      .int()
      .min(1)
      .max(1_000)
      .default(200)
      .describe('maximum number of rows or blocks; a page of many cells has fewer'),
    offset: z.int().min(0).default(0).describe('number of rows or blocks to skip'),
  }),
  output: DocumentPage,
  errors: ['NotFound', 'PermissionDenied', 'NotAuthorised', 'Offline', 'Unsupported', 'Corrupt', 'Timeout'],
  run: (input, { core, library, signal }) => core.sources.document(input, library, signal),
})

export const openFile = defineAction({
  name: 'files.open',
  scope: 'library',
  summary: 'Open a file with its application',
  input: z.object({
    path: z.string().describe('absolute path, or address; a file of another device is fetched first'),
  }),
  output: z.object({ path: z.string(), program: z.string() }),
  errors: ['NotFound', 'Offline', 'Unavailable', 'Unsupported', 'NotAuthorised'],
  cli: {
    words: ['file', 'open'],
    positional: ['path'],
    paths: ['path'],
    examples: ['file open ~/Pictures/cat.jpg', 'file open ~/Pictures', 'file open local://laptop/home/me/cat.jpg'],
  },
  run: async (input, { core, library, signal }) =>
    library.files.open(await core.fetches.toOpen(input.path, library, signal)),
})

/** Limit on the bytes in one reply: few enough to arrive quickly. */
const MAX_READ = 524_288

export const readFile = defineQuery({
  name: 'files.read',
  scope: 'anywhere',
  staleBy: [],
  access: 'view',
  files: ['path'],
  summary: 'Read a part of a file on this or another device; a content is read from the fastest device',
  input: z.object({
    path: z.string().describe('absolute path, or address: local://<device>/path, content://<id>, sidecar://…'),
    offset: z.int().min(0).default(0).describe('first byte to read'),
    length: z.int().min(0).max(MAX_READ).default(MAX_READ).describe('maximum number of bytes'),
    etag: z.string().max(128).optional().describe('etag of the previous part; a changed file is rejected'),
    from: DeviceId.optional().describe('device that sent the previous part of a content'),
  }),
  output: z.object({
    name: z.string(),
    /** Size of the whole file in bytes. */
    size: z.number(),
    modifiedAt: Timestamp,
    /** Changes when the file changes. */
    etag: z.string(),
    offset: z.number(),
    /**
     * The bytes in base64. Fewer bytes than requested do not mean the end of the file. The end is reached if there are
     * no bytes, or if `size` is reached.
     */
    base64: z.string(),
    /**
     * Where the bytes come from. The device is null for this device. The other fields are null if they are not known.
     */
    source: z.object({
      device: z.object({ id: DeviceId, name: z.string() }).nullable(),
      latencyMs: z.number().nullable(),
      bytesPerSecond: z.number().nullable(),
    }),
  }),
  errors: ['NotFound', 'PermissionDenied', 'NotAuthorised', 'Offline', 'Timeout', 'Conflict'],
  run: (input, { core, library, signal }) => core.sources.read(input, library, signal),
})

const MAX_ADDRESSES = 10_000

export const fetchFiles = defineAction({
  name: 'files.fetch',
  scope: 'core',
  access: 'transfer',
  files: ['addresses'],
  onlyHere: ['to'],
  summary: 'Copy files and folders from paired devices to this one; resumes after a lost connection',
  input: z.object({
    addresses: z
      .array(z.string().min(1))
      .min(1)
      .max(MAX_ADDRESSES)
      .describe('local://<device>/path of files and folders, or content://<id>'),
    to: z
      .string()
      .optional()
      .describe('absolute path of the target folder; the setting network.receiveFolder by default'),
    preserve: z.boolean().default(false).describe('keep the times and permissions of the files'),
  }),
  output: z.object({ transfers: z.array(Transfer) }),
  errors: ['NotFound', 'NotAuthorised', 'Offline', 'PermissionDenied', 'DiskFull'],
  cli: {
    words: ['network', 'fetch'],
    positional: ['addresses'],
    variadic: true,
    paths: ['to'],
    wait: 'transfers',
    examples: [
      'network fetch local://laptop/home/me/Pictures --to . --wait',
      'network fetch content://<id> --to ~/Downloads',
    ],
  },
  run: async (input, { core, signal }) => ({ transfers: await core.fetches.fetch(input, signal) }),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  listFiles,
  seekFile,
  fileSizes,
  fileInfo,
  filePath,
  duplicates,
  compareFiles,
  listArchive,
  readDocument,
  openFile,
  readFile,
  fetchFiles,
] as const
