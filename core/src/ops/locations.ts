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
    .describe('shallow: metadata; content: also content identity; deep: also types and media metadata'),
  rules: z.array(z.string()).optional().describe('rule names, replacing the defaults'),
  policy: z
    .array(z.string())
    .optional()
    .describe('what is made of its files: thumb=off, ocr=on, thumb=grid@2x+icon@1x, ocr=default'),
  globs: z.array(z.string()).optional().describe('patterns to leave out, as in .gitignore'),
}

export const addLocation = defineAction({
  name: 'locations.add',
  scope: 'library',
  access: 'disk',
  summary: 'Add a folder to the library and start indexing it',
  input: z.object({
    path: z.string().describe('absolute path of the folder'),
    ...settings,
    maxDepth: z.int().min(0).nullable().default(null).describe('how many levels below the folder to index'),
    watch: z.boolean().default(true).describe('keep up with changes as they happen'),
    allowNested: z.boolean().default(false).describe('allow a folder inside or around another location'),
  }),
  output: z.object({ location: Location, job: jobReference }),
  errors: ['NotFound', 'AlreadyExists', 'Conflict', 'PermissionDenied'],
  cli: {
    words: ['location', 'add'],
    positional: ['path'],
    paths: ['path'],
    wait: true,
    examples: ['location add ~/Pictures', 'location add /mnt/disk --mode deep --wait'],
  },
  run: ({ policy = [], ...input }, { library }) =>
    library.locations.add({ ...input, policy: library.sidecars.changedPolicy({}, policy) }),
})

export const scanLocation = defineAction({
  name: 'locations.scan',
  scope: 'library',
  access: 'manage',
  files: ['path'],
  summary: 'Index a folder: add it as a location, or scan it again where it is one',
  input: z.object({
    path: z.string().describe('absolute path of the folder'),
    mode: settings.mode,
    watch: z.boolean().default(false).describe('keep up with changes afterwards'),
  }),
  output: z.object({ location: Location, job: jobReference }),
  errors: ['NotFound', 'Conflict', 'PermissionDenied'],
  cli: { words: ['scan'], positional: ['path'], paths: ['path'], wait: true, examples: ['scan ~/Downloads --wait'] },
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
  /** Sidecars that cannot be generated here or were given up; this is not an error. */
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
  summary: 'Sum up the contents of a location: duplicates, and what was derived from them',
  input: z.object({
    location: reference,
    since: z.int().default(0).describe('what was made from then on counts as made, in milliseconds since 1970'),
  }),
  output: z.object({
    contents: z.number(),
    duplicateFiles: z.number(),
    reclaimableBytes: z.number(),
    byKind: z.partialRecord(SidecarKind, KindCounts),
    failures: z.array(SidecarFailure),
    skips: z.array(SidecarFailure),
    slowest: z.array(z.object({ path: z.string().nullable(), kind: SidecarKind, tookMs: z.number() })),
    /** Pending kinds, and why they wait for the machine: disk space, power, or load. */
    held: z.array(z.object({ kind: SidecarKind, reason: z.string() })),
    /** Kinds that this location wants and this device cannot generate now, and why. */
    off: z.array(z.object({ kind: SidecarKind, reason: z.string() })),
  }),
  errors: ['NotFound'],
  async run({ location, since }, { library }) {
    const known = library.locations.require(location)
    const totals = await library.files.duplicatesIn(known)
    return { ...totals, ...(await library.sidecars.summary(known, since)) }
  },
})

export const updateLocation = defineAction({
  name: 'locations.update',
  scope: 'library',
  access: 'manage',
  summary: 'Change a location’s settings; what they change in the index is scanned',
  input: z.object({
    location: reference,
    ...settings,
    watch: z.boolean().optional().describe('keep up with changes as they happen: true or false'),
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
    const changed = library.sidecars.changedPolicy(before, policy)
    const location = await library.locations.update({ ...input, policy: changed })
    await library.sidecars.requeueAll(signal)
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
  cli: { words: ['location', 'pause'], positional: ['location'], references: ['location'] },
  run: (input, { library }) => library.locations.pause(input.location),
})

export const resumeLocation = defineAction({
  name: 'locations.resume',
  scope: 'library',
  access: 'manage',
  summary: 'Go on with a paused location; what changed meanwhile is found',
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
  summary: 'Compare a location with the disk and record what changed',
  input: z.object({
    location: reference,
    force: z
      .boolean()
      .default(false)
      .describe('believe the disk where a scan would refuse: a root that was replaced or emptied'),
  }),
  output: z.object({ location: Location, job: jobReference }),
  errors: ['NotFound', 'Offline', 'Conflict'],
  cli: {
    words: ['location', 'rescan'],
    positional: ['location'],
    references: ['location'],
    wait: true,
    examples: ['location rescan Pictures --wait'],
  },
  run: (input, { library }) => library.locations.rescan(input),
})

export const removeLocation = defineAction({
  name: 'locations.remove',
  scope: 'library',
  access: 'manage',
  summary: 'Forget a location and what was indexed there; the files are not touched',
  input: z.object({ location: reference }),
  output: z.object({ locationId: z.string(), removedEntries: z.number() }),
  errors: ['NotFound'],
  cli: {
    words: ['location', 'remove'],
    positional: ['location'],
    references: ['location'],
    confirm: 'The index of this location is dropped. The files themselves are not touched.',
  },
  run: (input, { library }) => library.locations.remove(input.location),
})
