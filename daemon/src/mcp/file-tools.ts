import { ContentId, Entry, EntryKind, FileSort, FileType, Sidecar } from '@spacedrive/core/domain'
import { z } from 'zod'
import { MAX_COPIES, MAX_ITEMS } from './limits.ts'
import { cursorAfter, defineTool, fitting, nextCursor, offsetCursor, offsetOf, page } from './tool.ts'

export const path = z.string().max(16_384).describe('absolute path; `base64:…` for a path that is not valid UTF-8')

/** The fields of a file that a listing contains. */
export const ListedEntry = Entry.pick({
  id: true,
  path: true,
  pathBase64: true,
  kind: true,
  type: true,
  size: true,
  modifiedAt: true,
  contentId: true,
  childCount: true,
})

export const listTool = defineTool({
  name: 'files_list',
  title: 'List a folder',
  description:
    'List the direct children of a folder. An indexed folder is listed from the index, even if its disk is unplugged; any other folder is read from the disk.',
  strangers: true,
  input: {
    path,
    sort: FileSort.default('name').describe('names sort from A to Z, sizes from the largest, times from the latest'),
    reverse: z.boolean().default(false),
    limit: page.limit,
    cursor: offsetCursor,
  },
  output: {
    path: z.string(),
    source: z.enum(['index', 'disk']),
    online: z
      .boolean()
      .describe('false if the disk is unplugged: the listing then shows the last state that the index recorded'),
    items: z.array(ListedEntry),
    total: z.number(),
    cursor: nextCursor,
  },
  async run({ cursor, limit, ...input }, ask) {
    const offset = offsetOf(cursor)
    return fitting(limit, async (some) => {
      const { items, total, ...rest } = await ask('files.list', { ...input, limit: some, offset })
      return { ...rest, items: items.map(listed), total, cursor: cursorAfter(offset, items.length, total) }
    })
  },
})

export const infoTool = defineTool({
  name: 'files_info',
  title: 'Show one file',
  description:
    'Show all known facts about one file or folder: type, metadata (camera, artist, …), copies in other places, sidecars such as thumbnails and texts, and history.',
  strangers: true,
  input: { path },
  output: {
    entry: Entry.omit({ thumb: true }),
    online: z.boolean(),
    contentHash: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()).nullable(),
    copies: z.array(z.object({ path: z.string(), volume: z.string().nullable(), online: z.boolean() })),
    copiesTotal: z.number(),
    sidecars: z.array(Sidecar.pick({ kind: true, variant: true, format: true, state: true, error: true })),
    history: z.array(z.object({ at: z.string(), what: z.string(), detail: z.string().nullable() })),
    looksLike: z
      .string()
      .nullable()
      .describe('type of the content, set only if it differs from the type that the file name suggests'),
  },
  async run(input, ask) {
    const info = await ask('files.info', input)
    const { contentHash, copies, history, looksLike, metadata, online, sidecars } = info
    return {
      entry: info,
      online,
      contentHash,
      metadata,
      copies: copies.slice(0, MAX_COPIES),
      copiesTotal: copies.length,
      sidecars,
      history: history.slice(0, MAX_ITEMS),
      looksLike,
    }
  },
})

export const sizesTool = defineTool({
  name: 'files_sizes',
  title: 'Find large files and folders',
  description:
    'List the largest direct children of an indexed folder. To look inside a listed folder, call this tool again with its path.',
  strangers: true,
  input: { path, limit: page.limit },
  output: {
    path: z.string(),
    size: z.number().describe('bytes'),
    files: z.number(),
    items: z.array(
      z.object({
        path: z.string(),
        pathBase64: z.string().optional(),
        kind: EntryKind,
        type: FileType,
        size: z.number(),
        files: z.number(),
      }),
    ),
    rest: z
      .object({ count: z.number(), size: z.number() })
      .nullable()
      .describe('number and total size of the children that are not listed'),
  },
  async run({ limit, path: of }, ask) {
    return fitting(limit, async (some) => {
      const {
        children = [],
        files,
        path: at,
        rest,
        size,
      } = await ask('files.sizes', { path: of, depth: 1, limit: some })
      return { path: at, size, files, items: children, rest: rest ?? null }
    })
  },
})

export const duplicatesTool = defineTool({
  name: 'files_duplicates',
  title: 'Find copies',
  description:
    'List groups of files with the same content, most wasted space first. This tool reads the index only and removes nothing.',
  strangers: true,
  input: { limit: page.limit, cursor: offsetCursor },
  output: {
    groups: z.array(
      z.object({
        contentId: ContentId,
        size: z.number().describe('bytes of one copy'),
        verified: z
          .enum(['sampled', 'full'])
          .describe('full: the hashes of all bytes are equal; sampled: only the hashes of samples are equal'),
        files: z.array(z.object({ path: z.string(), online: z.boolean() })),
        filesTotal: z.number(),
      }),
    ),
    totalGroups: z.number(),
    reclaimableBytes: z.number().describe('sum over all groups'),
    cursor: nextCursor,
  },
  async run({ cursor, limit }, ask) {
    const offset = offsetOf(cursor)
    const found = await ask('files.duplicates', { limit: Math.min(offset + limit, MAX_GROUPS) })
    const all = found.groups.slice(offset).map(({ files, ...group }) => {
      return { ...group, files: files.slice(0, MAX_COPIES), filesTotal: files.length }
    })
    return fitting(limit, async (some) => {
      const groups = all.slice(0, some)
      const { reclaimableBytes, totalGroups } = found
      const last = Math.min(totalGroups, MAX_GROUPS)
      return { groups, totalGroups, reclaimableBytes, cursor: cursorAfter(offset, groups.length, last) }
    })
  },
})

export const uniqueTool = defineTool({
  name: 'files_unique',
  title: 'Find files without a copy',
  description: 'List the files whose content exists only once in the library, largest first.',
  strangers: true,
  input: {
    types: z.array(FileType).max(FileType.options.length).optional().describe('only files of these types'),
    below: path.optional().describe('only files in this folder and its subfolders'),
    limit: page.limit,
    cursor: page.cursor,
  },
  output: {
    items: z.array(ListedEntry.extend({ online: z.boolean() })),
    total: z.number(),
    totalBytes: z.number(),
    cursor: nextCursor,
  },
  async run({ below, limit, ...input }, ask) {
    return fitting(limit, async (some) => {
      const found = await ask('copies.unique', { ...input, below: below === undefined ? [] : [below], limit: some })
      const items = found.items.map(({ online, ...entry }) => ({ ...listed(entry), online }))
      return { items, total: found.total, totalBytes: found.totalBytes, cursor: found.cursor }
    })
  },
})

/** The largest `limit` that `files.duplicates` accepts. */
const MAX_GROUPS = 10_000

export const archiveTool = defineTool({
  name: 'files_archive',
  title: 'Look into an archive',
  description: 'List the contents of a zip, tar, 7z, rar or other archive without unpacking it.',
  strangers: true,
  input: { path, limit: page.limit, cursor: offsetCursor },
  output: {
    path: z.string(),
    format: z.string(),
    items: z.array(
      z.object({
        path: z.string(),
        kind: EntryKind,
        size: z.number().nullable(),
        modifiedAt: z.string().nullable(),
        encrypted: z.boolean(),
      }),
    ),
    total: z.number(),
    truncated: z
      .boolean()
      .describe('true if the list is incomplete because the archive is very large, cut off or damaged'),
    cursor: nextCursor,
  },
  async run({ cursor, limit, path: of }, ask) {
    const offset = offsetOf(cursor)
    return fitting(limit, async (some) => {
      const { items, total, ...rest } = await ask('files.archive', { path: of, limit: some, offset })
      return { ...rest, items, total, cursor: cursorAfter(offset, items.length, total) }
    })
  },
})

/** The entry with only the fields that a listing contains. */
export function listed(entry: Entry): z.infer<typeof ListedEntry> {
  return ListedEntry.parse(entry)
}
