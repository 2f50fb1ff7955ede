import { z } from 'zod'
import { JobId } from '../domain/ids.ts'
import { IndexMode, Location } from '../domain/location.ts'
import { SidecarKind } from '../domain/sidecar.ts'
import { defineAction, defineQuery } from './define.ts'

const reference = z.string().describe('id, name or path of the location')
const jobReference = z.object({ id: JobId })
const modes = IndexMode.or(z.literal('metadata').transform(() => 'shallow' as const))

const settings = {
  name: z.string().min(1).optional().describe('display name; the folder name by default'),
  mode: modes
    .optional()
    .describe(
      'shallow: names, sizes and times; content: also content identity; deep (the default): also types by content and media metadata; metadata: another name for shallow',
    ),
  rules: z.array(z.string()).optional().describe('rule names, replacing the defaults'),
  policy: z
    .array(z.string())
    .optional()
    .describe('sidecars to generate: thumb=off, ocr=on, thumb=grid@2x+icon@1x, ocr=default'),
  globs: z.array(z.string()).optional().describe('patterns of files to leave out, as in .gitignore'),
}

export const addLocation = defineAction({
  name: 'locations.add',
  scope: 'library',
  access: 'disk',
  summary: 'Add a folder to the library and start indexing it',
  input: z.object({
    path: z.string().describe('absolute path of the folder'),
    ...settings,
    maxDepth: z.int().min(0).nullable().default(null).describe('number of folder levels to index'),
    watch: z.boolean().default(true).describe('watch the folder for changes'),
    allowNested: z.boolean().default(false).describe('allow a folder inside or around another location'),
  }),
  output: z.object({ location: Location, job: jobReference }),
  errors: ['NotFound', 'AlreadyExists', 'Conflict', 'PermissionDenied'],
  cli: {
    words: ['location', 'add'],
    positional: ['path'],
    paths: ['path'],
    wait: 'job',
    next: 'job monitor',
    examples: ['location add ~/Pictures', 'location add /mnt/disk --mode deep --wait'],
  },
  run: ({ policy = [], ...input }, { library }) =>
    library.locations.add({ ...input, policy: library.sidecars.queue.changedPolicy({}, policy) }),
})

export const scanLocation = defineAction({
  name: 'locations.scan',
  scope: 'library',
  access: 'manage',
  files: ['path'],
  summary: 'Index a folder: add it as a location, or rescan it if it is one',
  input: z.object({
    path: z.string().describe('absolute path of the folder'),
    mode: settings.mode,
    watch: z.boolean().default(false).describe('watch the folder for changes afterwards'),
  }),
  output: z.object({ location: Location, job: jobReference }),
  errors: ['NotFound', 'Conflict', 'PermissionDenied'],
  cli: {
    words: ['scan'],
    positional: ['path'],
    paths: ['path'],
    wait: 'job',
    next: 'job monitor',
    examples: ['scan ~/Downloads --wait'],
  },
  run: (input, { library }) => library.locations.scan(input),
})

export const listLocations = defineQuery({
  name: 'locations.list',
  scope: 'library',
  staleBy: ['totals', 'locations'],
  access: 'view',
  summary: 'List the locations of the library',
  input: z.object({}),
  output: z.array(Location),
  cli: { words: ['location', 'list'], examples: ['location list', 'location list --verbose'] },
  run: (_input, { library }) => library.locations.list(),
})

export const locationInfo = defineQuery({
  name: 'locations.info',
  scope: 'library',
  staleBy: ['totals', 'locations'],
  access: 'view',
  summary: 'Show one location',
  input: z.object({ location: reference }),
  output: Location,
  errors: ['NotFound'],
  cli: { words: ['location', 'info'], positional: ['location'], references: ['location'] },
  run: (input, { library }) => library.locations.info(input.location),
})

const KindCounts = z.object({
  /** Sidecars generated since the given time. */
  made: z.number(),
  ready: z.number(),
  failed: z.number(),
  /** Sidecars that cannot be generated on this device, or were given up. This is not an error. */
  skipped: z.number(),
  pending: z.number(),
})
const SidecarFailure = z.object({
  path: z.string().nullable(),
  kind: SidecarKind,
  code: z.string(),
  message: z.string(),
})

export const locationSummary = defineQuery({
  name: 'locations.summary',
  scope: 'library',
  staleBy: ['locations'],
  access: 'view',
  summary: 'Summarise a location: its duplicates and its sidecars',
  input: z.object({
    location: reference,
    since: z.int().default(0).describe('count the sidecars generated since this time, in milliseconds since 1970'),
  }),
  output: z.object({
    contents: z.number(),
    duplicateFiles: z.number(),
    reclaimableBytes: z.number(),
    /** Empty files. They share one content, and are no duplicates. */
    emptyFiles: z.number(),
    /** The number of files with failed sidecars, and of those with skipped ones. Copies of a file count once. */
    failedFiles: z.number(),
    skippedFiles: z.number(),
    byKind: z.partialRecord(SidecarKind, KindCounts),
    failures: z.array(SidecarFailure),
    skips: z.array(SidecarFailure),
    slowest: z.array(z.object({ path: z.string().nullable(), kind: SidecarKind, tookMs: z.number() })),
    /** Kinds with pending sidecars that are on hold, with the reasons: disk space, power, or load. */
    held: z.array(z.object({ kind: SidecarKind, reason: z.string() })),
    /** Kinds that this location wants but this device cannot generate now, with the reasons. */
    off: z.array(z.object({ kind: SidecarKind, reason: z.string() })),
  }),
  errors: ['NotFound'],
  async run({ location, since }, { library }) {
    const known = library.locations.require(location)
    const totals = await library.files.duplicatesIn(known)
    return { ...totals, ...(await library.sidecars.views.summary(known, since)) }
  },
})

export const updateLocation = defineAction({
  name: 'locations.update',
  scope: 'library',
  access: 'manage',
  summary: 'Change the settings of a location and rescan the affected folders',
  input: z.object({
    location: reference,
    ...settings,
    watch: z.boolean().optional().describe('watch the folder for changes: true or false'),
  }),
  output: Location,
  errors: ['NotFound'],
  cli: {
    words: ['location', 'update'],
    positional: ['location'],
    references: ['location'],
    examples: [
      'location update Pictures --watch false',
      'location update Pictures --mode deep',
      'location update Scans --policy thumb=off,ocr=on',
    ],
  },
  async run({ policy, ...input }, { library, signal }) {
    if (!policy) return library.locations.update(input)
    const { policy: before } = library.locations.require(input.location)
    const changed = library.sidecars.queue.changedPolicy(before, policy)
    const location = await library.locations.update({ ...input, policy: changed })
    await library.sidecars.queue.refill(signal)
    return location
  },
})

export const pauseLocation = defineAction({
  name: 'locations.pause',
  scope: 'library',
  access: 'manage',
  summary: 'Stop scanning and watching a location until it is resumed',
  input: z.object({ location: reference }),
  output: Location,
  errors: ['NotFound'],
  cli: {
    words: ['location', 'pause'],
    positional: ['location'],
    references: ['location'],
    next: 'location resume <location>',
  },
  run: (input, { library }) => library.locations.pause(input.location),
})

export const resumeLocation = defineAction({
  name: 'locations.resume',
  scope: 'library',
  access: 'manage',
  summary: 'Resume a paused location and scan for changes',
  input: z.object({ location: reference }),
  output: Location,
  errors: ['NotFound'],
  cli: { words: ['location', 'resume'], positional: ['location'], references: ['location'] },
  run: (input, { library }) => library.locations.resume(input.location),
})

export const rescanLocation = defineAction({
  name: 'locations.rescan',
  scope: 'library',
  access: 'manage',
  summary: 'Compare a location, or a folder in it, with the disk and record the changes',
  input: z.object({
    location: z.string().describe('id, name or path of the location, or path of a folder in it'),
    force: z
      .boolean()
      .default(false)
      .describe('scan even if the root was replaced or is empty, which a scan refuses otherwise'),
  }),
  output: z.object({ location: Location, job: jobReference }),
  errors: ['NotFound', 'Offline', 'Conflict'],
  cli: {
    words: ['location', 'rescan'],
    positional: ['location'],
    references: ['location'],
    wait: 'job',
    next: 'job monitor',
    examples: ['location rescan Pictures --wait', 'location rescan ~/Pictures/2026'],
  },
  run: (input, { library }) => library.locations.rescan(input),
})

export const removeLocation = defineAction({
  name: 'locations.remove',
  scope: 'library',
  access: 'manage',
  summary: 'Remove a location and its index; the files are not touched',
  input: z.object({ location: reference }),
  output: z.object({ locationId: z.string(), removedEntries: z.number() }),
  errors: ['NotFound'],
  cli: {
    words: ['location', 'remove'],
    positional: ['location'],
    references: ['location'],
    confirm: 'The index of this location is removed. The files themselves are not touched.',
  },
  run: (input, { library }) => library.locations.remove(input.location),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  addLocation,
  scanLocation,
  listLocations,
  locationSummary,
  locationInfo,
  updateLocation,
  pauseLocation,
  resumeLocation,
  rescanLocation,
  removeLocation,
] as const
