import { ContentId, Entry, EntryKind, FileSort, FileType, Sidecar } from '@spacedrive/core/domain'
import { z } from 'zod'
import { MAX_COPIES, MAX_ITEMS } from './limits.ts'
import { cursorAfter, defineTool, fitting, nextCursor, offsetCursor, offsetOf, page } from './tool.ts'

export const path = z.string().max(16_384).describe('absolute path; `base64:…` for one that is not text')

/** What is said of a file in a list. */
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
    'List what is directly in a folder: from the index where it is indexed (also on a disk that is unplugged), else from the disk.',
  strangers: true,
  input: {
    path,
    sort: FileSort.default('name').describe('names from A; sizes and times from the largest and latest'),
    reverse: z.boolean().default(false),
    limit: page.limit,
    cursor: offsetCursor,
  },
  output: {
    path: z.string(),
    source: z.enum(['index', 'disk']),
    online: z.boolean().describe('false: the disk is unplugged, this is what the index remembers'),
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
    'All that is known of one file or folder: type, metadata (camera, artist, …), copies elsewhere, what was derived from it, and what happened to it.',
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
    looksLike: z.string().nullable().describe('set where name and content disagree'),
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
  title: 'What takes the room',
  description:
    'The largest files and folders directly in an indexed folder; ask again for one of them to look into it.',
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
    rest: z.object({ count: z.number(), size: z.number() }).nullable().describe('what is not listed'),
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
  description: 'Groups of files that hold the same content, those that waste most first. Nothing is read or removed.',
  strangers: true,
  input: { limit: page.limit, cursor: offsetCursor },
  output: {
    groups: z.array(
      z.object({
        contentId: ContentId,
        size: z.number().describe('bytes of one copy'),
        verified: z.enum(['sampled', 'full']).describe('full: every byte was compared, by its hash'),
        files: z.array(z.object({ path: z.string(), online: z.boolean() })),
        filesTotal: z.number(),
      }),
    ),
    totalGroups: z.number(),
    reclaimableBytes: z.number().describe('over all groups'),
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

/** No more can be asked for. */
const MAX_GROUPS = 10_000

export const archiveTool = defineTool({
  name: 'files_archive',
  title: 'Look into an archive',
  description: 'List what is in a zip, tar, 7z, rar or other archive, without unpacking it.',
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
    truncated: z.boolean().describe('it has more than is listed: it is very large, cut off or damaged'),
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

/** What a list says of an entry, and no more. */
export function listed(entry: Entry): z.infer<typeof ListedEntry> {
  return ListedEntry.parse(entry)
}
