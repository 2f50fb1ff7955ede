import { setImmediate } from 'node:timers/promises'
import { HashPool } from '../../content/hash-pool.ts'
import type { EntryCounts } from '../../domain/location.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, joinName, type RawName } from '../../util/file-name.ts'
import type { Rule } from '../rules/index.ts'
import type { Patience } from './patience.ts'
import type { EphemeralIds } from './ephemeral-ids.ts'
import {
  birthtimeOf,
  FIELDS,
  inodeOf,
  isOtherFileSystem,
  KIND,
  SIZE,
  statEntry,
  UnreadableDirectory,
} from './listing.ts'
import { orderListing } from './order-listing.ts'
import { nameAt, packNames } from './packed-names.ts'
import { asOffline, PatientDisk } from './patient-disk.ts'
import type { BrowsedEntries, BrowseReport, BrowseRequest } from './requests.ts'
import { Walker } from './walk.ts'

/** Folders read before other work of this thread gets its turn. */
const FOLDERS_PER_TURN = 16
/** Threads that hash contents. Few, because browsing must leave the machine free for other work. */
const HASH_THREADS = 2

interface Waiting {
  readonly dir: RawName
  readonly anchors: readonly string[]
}

/** What the caller of a browse provides. */
export interface BrowseHost {
  readonly ids: Pick<EphemeralIds, 'of'>
  readonly signal: AbortSignal
  /** Called whenever the file system has answered a call. */
  readonly answered?: (() => void) | null
}

/** The progress of one browse. */
interface Look {
  readonly request: BrowseRequest
  readonly walker: Walker
  readonly ids: Pick<EphemeralIds, 'of'>
  readonly found: Found
  readonly counts: EntryCounts
  readonly warnings: BrowseReport['warnings']
  readonly waiting: Waiting[]
  total: number
}

/** `BrowsedEntries` under construction. */
interface Found {
  readonly folders: { readonly dir: RawName; readonly count: number }[]
  readonly names: RawName[]
  readonly numbers: number[]
  readonly uuids: Uint8Array[]
  /** See `BrowsedEntries`. */
  readonly hiddenBy: number[]
  readonly rules: string[]
}

/**
 * Lists a folder, and on request everything below it, without the index. It uses the walk and the rules of a scan, but
 * collects the entries in memory. An entry that a rule excludes is listed with the rule's name; an excluded folder is
 * not entered.
 */
export async function browse(
  request: BrowseRequest,
  { ids, signal, answered = null }: BrowseHost,
): Promise<BrowseReport> {
  const stats = statEntry(request.dir)
  if (!stats) throw new CoreError('NotFound', `${displayName(request.dir)} does not exist`)
  if (!stats.isDirectory())
    throw new CoreError(
      'InvalidInput',
      `${displayName(request.dir)} is not a folder; \`spacedrive file info <path>\` shows a file`,
    )
  const walker = new Walker(
    { root: request.rulesRoot, device: stats.dev, rules: request.rules, silent: request.silent },
    answered,
  )
  const look: Look = {
    request,
    walker,
    ids,
    found: { folders: [], names: [], numbers: [], uuids: [], hiddenBy: [], rules: [] },
    counts: { files: 0, directories: 0, symlinks: 0, others: 0, bytes: 0 },
    warnings: [],
    waiting: [{ dir: request.dir, anchors: walker.anchorsAt(request.dir) }],
    total: 0,
  }
  for (let turns = 1; look.waiting.length > 0; turns++) {
    if (turns % FOLDERS_PER_TURN === 0) await setImmediate()
    signal.throwIfAborted()
    lookInto(look.waiting.pop()!, look)
  }
  const { counts, found, total, warnings } = look
  const packed = {
    folders: found.folders,
    rules: found.rules,
    names: packNames(found.names),
    numbers: Float64Array.from(found.numbers),
    uuids: joined(found.uuids),
    hiddenBy: Uint16Array.from(found.hiddenBy),
  }
  const contents = request.content
    ? await hashFiles(packed, { signal, answerMs: undefined })
    : new Map<number, Uint8Array>()
  return { entries: { ...packed, contents }, total, counts, warnings }
}

/**
 * The same for a disk that may never answer. A process reads the disk; this thread adds the ids, because only it has
 * them.
 */
export async function browsePatiently(
  request: BrowseRequest,
  { ids, signal }: BrowseHost,
  patience: Patience,
): Promise<BrowseReport> {
  await using disk = new PatientDisk({ dir: request.dir, patience })
  const { report, objects } = await disk.ask('browse', { ...request, content: false }, signal)
  const entries = { ...report.entries, uuids: joined(objects.map((object) => ids.of(object))) }
  if (!request.content) return { ...report, entries }
  const contents = await hashFiles(entries, { signal, answerMs: patience.answerMs }).catch((err: unknown) => {
    throw asOffline(err, request.dir)
  })
  return { ...report, entries: { ...entries, contents } }
}

function lookInto({ dir, anchors }: Waiting, look: Look): void {
  const { counts, found, request, walker } = look
  const hidden = new Map<string, string>()
  const onHidden = request.hidden ? (name: string, rule: Rule) => void hidden.set(name, rule.name) : undefined
  let listed
  try {
    listed = request.names
      ? walker.look(dir, anchors, request.names, onHidden)
      : walker.list(dir, anchors, { onHidden })
  } catch (err) {
    if (!(err instanceof UnreadableDirectory)) throw err
    if (dir === request.dir)
      throw new CoreError(err.gone ? 'NotFound' : 'PermissionDenied', err.message, { cause: err })
    look.warnings.push({ path: displayName(dir), code: err.code, message: err.message })
    return
  }
  const { listing, context } = listed
  for (const entry of listing.unreadable) {
    look.warnings.push({ path: displayName(joinName(dir, entry.name)), code: entry.code, message: entry.message })
  }
  look.total += listing.names.length
  const order = orderListing(listing, request.order)
  const shown = order.slice(0, request.limit - found.names.length)
  const below: Waiting[] = []
  for (const i of order) {
    const at = i * FIELDS
    const kind = listing.numbers[at + KIND]!
    counts[COUNTED_AS[kind]!]++
    if (kind === FILE) counts.bytes += listing.numbers[at + SIZE]!
    if (!request.recursive || kind !== DIRECTORY || isOtherFileSystem({ numbers: listing.numbers, at })) continue
    const name = listing.names[i]!
    if (!hidden.has(displayName(name))) below.push({ dir: joinName(dir, name), anchors: context.anchors })
  }
  look.waiting.push(...below.toReversed())
  found.folders.push({ dir, count: shown.length })
  for (const i of shown) {
    const at = i * FIELDS
    const name = listing.names[i]!
    const rule = hidden.size > 0 ? hidden.get(displayName(name)) : undefined
    found.hiddenBy.push(rule === undefined ? 0 : placeOf(rule, found.rules) + 1)
    const birthtime = birthtimeOf({ numbers: listing.numbers, at })
    found.uuids.push(look.ids.of({ device: walker.device, inode: inodeOf(listing, i), birthtime }))
    found.names.push(name)
    for (let field = 0; field < FIELDS; field++) found.numbers.push(listing.numbers[at + field]!)
  }
}

/** Fields of `EntryCounts`, by the number of the kind. */
const COUNTED_AS = ['files', 'directories', 'symlinks', 'others'] as const
const FILE = 0
const DIRECTORY = 1

/** The index of a rule in the list. Adds the rule if it is missing. */
function placeOf(rule: string, rules: string[]): number {
  const place = rules.indexOf(rule)
  return place >= 0 ? place : rules.push(rule) - 1
}

function joined(uuids: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(uuids.length * UUID_BYTES)
  for (const [i, uuid] of uuids.entries()) bytes.set(uuid, i * UUID_BYTES)
  return bytes
}

const UUID_BYTES = 16

type Listed = Pick<BrowsedEntries, 'folders' | 'names' | 'numbers'>

/** The content hashes of all readable files, by the index of the file. */
async function hashFiles(
  found: Listed,
  { signal, answerMs }: { signal: AbortSignal; answerMs: number | undefined },
): Promise<Map<number, Uint8Array>> {
  await using pool = new HashPool({ threads: HASH_THREADS, answerMs })
  const contents = new Map<number, Uint8Array>()
  const files = filesOf(found)
  for (let at = 0; at < files.length; at += FILES_PER_BATCH) {
    const batch = files.slice(at, at + FILES_PER_BATCH)
    const paths = batch.map(({ path }) => path)
    const { hashes, states } = await pool.sampled(paths, { signal })
    for (const [i, file] of batch.entries())
      if (states[i]! <= TOO_FRESH) contents.set(file.index, hashes.slice(i * 32, (i + 1) * 32))
  }
  return contents
}

function filesOf({ folders, names, numbers }: Listed): { index: number; path: RawName }[] {
  const files: { index: number; path: RawName }[] = []
  let index = 0
  for (const { count, dir } of folders) {
    for (const end = index + count; index < end; index++) {
      if (numbers[index * FIELDS + KIND] === FILE) files.push({ index, path: joinName(dir, nameAt(names, index)) })
    }
  }
  return files
}

const FILES_PER_BATCH = 256
/** Index into `hashStates`. The lower index is 'hashed'; both states come with a hash. */
const TOO_FRESH = 1
