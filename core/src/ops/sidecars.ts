import { z } from 'zod'
import { ContentId, DeviceId, EntryId, JobId, PendingSidecar, Sidecar, SidecarKind, Thumb } from '../domain/index.ts'
import type { Library } from '../library/index.ts'
import { holdCauses } from '../domain/sidecar.ts'
import { defineAction, defineQuery } from './define.ts'

const target = z.string().describe('content id, or absolute path of a file with the content')
const listed = z.string().describe('content id, absolute path of a file, or sidecar:// address, which may hold * and ?')
const kind = SidecarKind.describe('what was derived')
const variant = z.string().describe('which size or form of it')
const queued = z.object({ queued: z.number() })

/** The content id of a reference: an id, or a file with the content. */
async function contentOf(reference: string, library: Library, signal: AbortSignal): Promise<ContentId> {
  const id = ContentId.safeParse(reference)
  return id.success ? id.data : library.files.contentOf(reference, signal)
}

/** The address of all sidecars of a target. */
async function addressOf(reference: string, library: Library, signal: AbortSignal): Promise<string> {
  return reference.startsWith(SCHEME) ? reference : `${SCHEME}${await contentOf(reference, library, signal)}`
}

function contentIn(address: string): ContentId | null {
  return ContentId.safeParse(address.slice(SCHEME.length).split('/')[0]).data ?? null
}

const SCHEME = 'sidecar://'

const AddressedSidecar = Sidecar.extend({
  contentId: ContentId,
  /** `sidecar://<content>/<folder>/<file>` */
  address: z.string(),
})

export const listSidecars = defineQuery({
  name: 'sidecars.list',
  scope: 'library',
  staleBy: ['sidecars'],
  access: 'view',
  files: ['target'],
  summary: 'Show what was derived from a content: thumbnails, text, and what is still to be made',
  input: z.object({
    target: listed,
    kind: kind.optional(),
    showPaths: z.boolean().default(false).describe('also where the files lie'),
  }),
  output: z.object({
    /** Null if an address names sidecars of several contents. */
    contentId: ContentId.nullable(),
    items: z.array(AddressedSidecar),
    /** As requested: the user wants to see paths. */
    showPaths: z.boolean(),
  }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['sidecar', 'list'],
    positional: ['target'],
    contents: ['target'],
    examples: [
      'sidecar list ~/Pictures/a.jpg',
      'sidecar list ~/Pictures/a.jpg --kind thumb --show-paths',
      "sidecar list 'sidecar://*/thumbs/grid@2x.webp'",
    ],
  },
  async run(input, { library, signal }) {
    const address = await addressOf(input.target, library, signal)
    const found = await library.sidecars.resolve(address, 'local', signal)
    const items = found.filter((item) => input.kind === undefined || item.kind === input.kind)
    return { contentId: contentIn(address), items, showPaths: input.showPaths }
  },
})

/** The most text of one reply, for a user or for a program that pays for every word. */
const MAX_CHARACTERS = 100_000
const DEFAULT_CHARACTERS = 20_000

export const sidecarText = defineQuery({
  name: 'sidecars.text',
  scope: 'library',
  staleBy: ['sidecars'],
  access: 'view',
  files: ['target'],
  summary: 'Show what a file says: its text, what was read in its pictures, or what is said in it',
  input: z.object({
    target,
    kind: z.enum(['text', 'ocr', 'transcript']).optional().describe('the first that says something where left out'),
    page: z.int().min(1).optional().describe('begin at this page'),
    timeMs: z.number().min(0).optional().describe('begin with what is said then: milliseconds from the start'),
    characters: z.int().min(1).max(MAX_CHARACTERS).default(DEFAULT_CHARACTERS).describe('how much at the most'),
    cursor: z.string().max(100).optional().describe('where the last answer ended: its `cursor`'),
  }),
  output: z.object({
    contentId: ContentId,
    kind: z.enum(['text', 'ocr', 'transcript']),
    /** Codes of the languages that were looked for or detected. */
    languages: z.array(z.string()),
    parts: z.array(
      z.object({
        /** From 1; null for a recording. */
        page: z.number().nullable(),
        title: z.string().nullable(),
        /** For a recording: milliseconds from its start. */
        startMs: z.number().nullable(),
        endMs: z.number().nullable(),
        text: z.string(),
      }),
    ),
    /** The file has more text than the sidecar stores. */
    truncated: z.boolean(),
    /** Pass it to continue; null at the end. */
    cursor: z.string().nullable(),
  }),
  errors: ['NotFound', 'Unavailable'],
  async run({ target: reference, ...of }, { library, signal }) {
    const contentId = await contentOf(reference, library, signal)
    const { languages, parts, ...rest } = await library.sidecars.text(contentId, of, signal)
    return { contentId, ...rest, languages: [...languages], parts: [...parts] }
  },
})

/** The most contents in one request. */
const MAX_CONTENTS = 10_000

const OtherDevice = z.object({ id: DeviceId, name: z.string(), online: z.boolean() })

export const sidecarPresence = defineQuery({
  name: 'sidecars.presence',
  scope: 'library',
  staleBy: ['sidecars', 'devices'],
  access: 'view',
  summary: 'Say of many contents at once which variants of a kind are there',
  input: z.object({
    contentIds: z.array(ContentId).min(1).max(MAX_CONTENTS).describe('ids of contents'),
    kind: kind.default('thumb'),
  }),
  output: z.array(
    z.object({
      contentId: ContentId,
      /** The variants on this device. */
      variants: z.array(z.string()),
      /** Other devices of the library, with the variants in their digests. */
      devices: z.array(OtherDevice.extend({ variants: z.array(z.string()) })),
    }),
  ),
  cli: { words: ['sidecar', 'presence'], positional: ['contentIds'], variadic: true },
  async run(input, { library }) {
    const found = await library.sidecars.presence(input.contentIds, input.kind)
    return input.contentIds.map((contentId) => {
      const holders = Map.groupBy(library.sidecars.holders(contentId, input.kind), ({ device }) => device.id)
      const devices = [...holders.values()].map((of) => {
        const { device, online } = of[0]!
        return { ...device, online, variants: [...new Set(of.map(({ variant: each }) => each))].toSorted() }
      })
      return { contentId, variants: found.get(contentId) ?? [], devices }
    })
  },
})

/** More than any window shows, including the rows fetched in advance. */
const MAX_WANTED = 500
const MAX_VARIANTS = 16

export const thumbsOfContents = defineQuery({
  name: 'sidecars.thumbs',
  scope: 'library',
  staleBy: [],
  access: 'view',
  summary: 'Say of contents what there is to show of them, as listings with thumbnails do',
  input: z.object({ contentIds: z.array(ContentId).max(MAX_WANTED).describe('ids of contents') }),
  /** Contents that are not known are left out. */
  output: z.array(z.object({ contentId: ContentId, thumb: Thumb })),
  run: ({ contentIds }, { library }) =>
    Promise.resolve([...library.sidecars.thumbs(contentIds)].map(([contentId, thumb]) => ({ contentId, thumb }))),
})

export const wantSidecars = defineAction({
  name: 'sidecars.want',
  scope: 'library',
  access: 'view',
  summary: 'Have the sidecars of what somebody looks at made before all others, and say how far they are',
  input: z.object({
    viewer: z
      .string()
      .min(1)
      .max(100)
      .describe('who looks; in place of what the same viewer wanted of this kind before'),
    contentIds: z
      .array(ContentId)
      .max(MAX_WANTED)
      .describe('ids of contents, the first first; none: no more is wanted'),
    kind: kind.default('thumb'),
    variants: z.array(variant).max(MAX_VARIANTS).optional().describe('what the policy asks for where left out'),
  }),
  output: z.array(
    Thumb.pick({ ready: true, version: true, state: true, error: true }).extend({ contentId: ContentId }),
  ),
  errors: ['Unsupported'],
  async run(input, { library }) {
    const states = library.sidecars.want(input)
    return [...states].map(([contentId, { error, ready, state, version }]) => {
      return { contentId, state, ready, version, error }
    })
  },
})

export const sidecarPath = defineAction({
  name: 'sidecars.path',
  scope: 'library',
  access: 'manage',
  files: ['target'],
  summary: 'Say where a sidecar lies; one that is not here is fetched from a device that has it, or queued',
  input: z.object({ target, kind: kind.default('thumb'), variant: variant.default('grid@2x') }),
  output: z.object({
    contentId: ContentId,
    path: z.string().nullable(),
    pending: z.boolean(),
    /** A device that has the sidecar, if this device does not. */
    remote: OtherDevice.nullable(),
  }),
  errors: ['NotFound', 'Unsupported', 'Unavailable'],
  cli: {
    words: ['sidecar', 'path'],
    positional: ['target'],
    contents: ['target'],
    examples: ['sidecar path ~/Pictures/a.jpg --kind thumb --variant detail@1x'],
  },
  async run(input, { library, signal }) {
    const contentId = await contentOf(input.target, library, signal)
    const path = await library.sidecars.path(contentId, input.kind, input.variant)
    const holders = library.sidecars.holders(contentId, input.kind).filter((each) => each.variant === input.variant)
    const holder = holders.find(({ online }) => online) ?? holders[0]
    const remote = path === null && holder ? { ...holder.device, online: holder.online } : null
    return { contentId, path, pending: path === null, remote }
  },
})

export const sidecarWhere = defineQuery({
  name: 'sidecars.where',
  scope: 'library',
  staleBy: [],
  access: 'view',
  files: ['target'],
  summary: 'List the devices of the library that have a sidecar',
  input: z.object({ target, kind: kind.default('thumb'), variant: variant.default('grid@2x') }),
  output: z.array(
    z.object({
      device: z.object({ id: DeviceId, name: z.string() }),
      /** True for this device, and for a device that is connected. */
      online: z.boolean(),
      /** Bytes; null if the device did not report it. */
      size: z.number().nullable(),
      /** `own`: on this device. `digest`: from the digest of the other device. */
      source: z.enum(['own', 'digest']),
    }),
  ),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['sidecar', 'where'],
    positional: ['target'],
    contents: ['target'],
    examples: ['sidecar where ~/Pictures/a.jpg --kind thumb --variant grid@2x'],
  },
  async run(input, { core, library, signal }) {
    const contentId = await contentOf(input.target, library, signal)
    const { id, name } = core.device.info()
    const [own] = library.sidecars.ready(contentId, input.kind, input.variant)
    const key = { contentId, kind: input.kind, variant: input.variant }
    const others = await core.network.sidecars.where(library.id, key, signal)
    return [
      ...(own ? [{ device: { id, name }, online: true, size: own.size, source: 'own' as const }] : []),
      ...others.map(({ device, online, size }) => ({ device, online, size, source: 'digest' as const })),
    ]
  },
})

export const sidecarUsage = defineQuery({
  name: 'sidecars.usage',
  scope: 'library',
  staleBy: ['sidecars'],
  access: 'view',
  summary: 'Show how much room sidecars take, by kind and variant',
  input: z.object({}),
  output: z.array(z.object({ kind: SidecarKind, variant: z.string(), files: z.number(), bytes: z.number() })),
  cli: { words: ['sidecar', 'usage'] },
  run: (_input, { library }) => library.sidecars.usage(),
})

export const pendingSidecars = defineQuery({
  name: 'sidecars.pending',
  scope: 'library',
  staleBy: ['sidecars'],
  access: 'view',
  summary: 'List what is still to be made, and what could not be made or was passed over, with the reason',
  input: z.object({
    failed: z.boolean().default(false).describe('only what could not be made'),
    skipped: z.boolean().default(false).describe('only what nothing here makes, and what was given up for more room'),
    limit: z.int().min(1).max(10_000).default(1_000).describe('how many at the most'),
  }),
  output: z.array(PendingSidecar),
  cli: { words: ['sidecar', 'pending'], examples: ['sidecar pending --failed'] },
  run: ({ failed, limit, skipped }, { library }) =>
    library.sidecars.pending({ state: failed ? 'failed' : skipped ? 'skipped' : null, limit }),
})

const Hindered = z.object({
  kind: SidecarKind,
  /** The cause of the delay; `missing`: no engine can generate it. */
  cause: z.enum([...holdCauses, 'missing']),
  reason: z.string(),
})

export const sidecarHindrances = defineQuery({
  name: 'sidecars.hindrances',
  scope: 'library',
  staleBy: ['jobs'],
  access: 'view',
  summary: 'Say what keeps sidecars from being made now: no room, no power, nothing that makes them',
  input: z.object({}),
  output: z.object({
    /** Kinds that wait for the machine. */
    held: z.array(Hindered),
    /** Kinds that some location wants and this device cannot generate. */
    off: z.array(Hindered),
  }),
  async run(_input, { library: { sidecars } }) {
    const off = await sidecars.unavailable()
    return { held: await sidecars.holds(), off: off.map((each) => ({ ...each, cause: 'missing' as const })) }
  },
})

export const regenerateSidecars = defineAction({
  name: 'sidecars.regenerate',
  scope: 'library',
  access: 'manage',
  files: ['target'],
  summary: 'Make the sidecars of a content again, or of all contents what would be made otherwise now',
  input: z
    .object({
      target: target.optional(),
      kind: kind.optional(),
      variant: variant.optional(),
      outdated: z
        .boolean()
        .default(false)
        .describe('of all contents: what an older recipe or another engine than the one there now has made'),
      dryRun: z.boolean().default(false).describe('only say how many that would be; of all contents'),
    })
    .refine((input) => input.target !== undefined || input.outdated || input.kind !== undefined, {
      message: 'is missing; --outdated, or a --kind alone, is for all contents',
      path: ['target'],
    })
    .refine((input) => input.target === undefined || !(input.outdated || input.dryRun), {
      message: 'is left out with --outdated and --dry-run, which are for all contents',
      path: ['target'],
    })
    .refine((input) => input.target !== undefined || input.variant === undefined, {
      message: 'is for one content: name it',
      path: ['variant'],
    }),
  output: queued.extend({
    /** As requested: nothing is generated, only counted. */
    dryRun: z.boolean(),
    /** For a request about all contents: the kinds to generate, and why. */
    byKind: z.array(z.object({ kind: SidecarKind, why: z.string(), files: z.number() })),
  }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['sidecar', 'regenerate'],
    positional: ['target'],
    contents: ['target'],
    examples: [
      'sidecar regenerate ~/Pictures/a.jpg --kind thumb',
      'sidecar regenerate --outdated --dry-run',
      'sidecar regenerate --outdated --kind ocr',
    ],
  },
  async run({ dryRun, kind: only, outdated, target: reference, variant: form }, { library, signal }) {
    if (reference !== undefined) {
      const contentId = await contentOf(reference, library, signal)
      const files = await library.sidecars.regenerate(contentId, { kind: only, variant: form })
      return { queued: files, dryRun, byKind: [] }
    }
    const byKind = await library.sidecars.regenerateAll({ kind: only, outdated, dryRun }, signal)
    return { queued: byKind.reduce((sum, { files }) => sum + files, 0), dryRun, byKind }
  },
})

export const retrySidecars = defineAction({
  name: 'sidecars.retry',
  scope: 'library',
  access: 'manage',
  files: ['target'],
  summary: 'Try again what could not be made',
  input: z.object({ target: target.optional(), kind: kind.optional() }),
  output: queued,
  errors: ['NotFound', 'Unavailable'],
  cli: { words: ['sidecar', 'retry'], positional: ['target'], contents: ['target'] },
  async run({ target: reference, ...of }, { library, signal }) {
    const contentId = reference === undefined ? undefined : await contentOf(reference, library, signal)
    return { queued: await library.sidecars.retry({ ...of, ...(contentId && { contentId }) }) }
  },
})

export const resolveSidecars = defineAction({
  name: 'sidecars.resolve',
  scope: 'library',
  summary: 'Say what a sidecar:// address names and where it lies; one that is not there can be made',
  input: z.object({
    address: z.string().describe('sidecar://<content>/<folder>/<file>; parts may hold * and ?'),
    mode: z
      .enum(['local', 'now', 'generate', 'fetch', 'later'])
      .default('local')
      .describe(
        'what is done about one that is not there: nothing; it is fetched from a device that has it, or made, and waited for; it is made; it is fetched; it is queued',
      ),
  }),
  output: z.array(AddressedSidecar),
  errors: ['NotFound', 'Unsupported'],
  run: ({ address, mode }, { library, signal }) => library.sidecars.resolve(address, mode, signal),
})

/** Milliseconds in each unit of an age. */
const UNITS = { h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_557_600_000 } as const

function ageMs(age: string | undefined): number | null {
  return age === undefined ? null : Number(age.slice(0, -1)) * UNITS[age.slice(-1) as keyof typeof UNITS]
}

export const cleanupSidecars = defineAction({
  name: 'sidecars.cleanup',
  scope: 'library',
  summary: 'Remove the sidecars of contents that no file has any more',
  input: z.object({
    dryRun: z.boolean().default(false).describe('only say what would be removed'),
    olderThan: z
      .string()
      .regex(/^\d{1,6}[hdwy]$/, 'it is written as 12h, 180d, 2w or 1y')
      .optional()
      .describe('only what was made longer ago, as 12h, 180d, 2w or 1y; then also variants that no policy asks for'),
  }),
  output: z.object({ files: z.number(), bytes: z.number() }),
  cli: { words: ['sidecar', 'cleanup'], examples: ['sidecar cleanup --dry-run', 'sidecar cleanup --older-than 180d'] },
  run: ({ dryRun, olderThan }, { library, signal }) =>
    library.sidecars.cleanup({ dryRun, olderThanMs: ageMs(olderThan) }, signal),
})

export const verifySidecars = defineQuery({
  name: 'sidecars.verify',
  scope: 'library',
  staleBy: [],
  access: 'manage',
  summary: 'Compare the files of sidecars with what was recorded of them',
  input: z.object({}),
  output: z.object({
    checked: z.number(),
    problems: z.array(
      z.object({
        contentId: ContentId.nullable(),
        kind: SidecarKind.nullable(),
        variant: z.string().nullable(),
        problem: z.enum(['missing', 'checksum', 'size', 'orphan', 'temporary']),
        path: z.string(),
      }),
    ),
  }),
  cli: { words: ['sidecar', 'verify'] },
  run: (_input, { library, signal }) => library.sidecars.verify(signal),
})

export const reconcileSidecars = defineAction({
  name: 'sidecars.reconcile',
  scope: 'library',
  summary:
    'Bring sidecar files and their records together: make again what is missing, adopt or set aside what is not known',
  input: z.object({}),
  output: z.object({ adopted: z.number(), setAside: z.number(), requeued: z.number() }),
  errors: ['Unavailable'],
  cli: { words: ['sidecar', 'reconcile'] },
  run: (_input, { library, signal }) => library.sidecars.reconcile(signal),
})

export const createReference = defineAction({
  name: 'sidecars.createReference',
  scope: 'library',
  summary: 'Track an existing file as a sidecar of a content, where it lies',
  input: z.object({
    contentId: ContentId.describe('what it is a sidecar of'),
    entryId: EntryId.describe('the file'),
    kind,
    variant,
    format: z.string().describe('extension of the file'),
  }),
  output: z.object({}),
  errors: ['NotFound', 'AlreadyExists', 'Offline', 'Conflict'],
  async run(input, { library, signal }) {
    await library.references.create(input, signal)
    return {}
  },
})

const moves = z
  .object({
    target: z
      .string()
      .optional()
      .describe('content id, or absolute path of a file with the content or of its video; with --undo also a job'),
    allLivePhotos: z.boolean().default(false).describe('the videos of all Live Photos'),
    kind: kind.optional().describe('only these'),
    undo: z.boolean().default(false).describe('move back what was moved, to where it came from'),
  })
  .refine(({ allLivePhotos, target: named }) => allLivePhotos || named !== undefined, {
    message: 'is missing: a content id, a file or, with --undo, a job; or --all-live-photos',
    path: ['target'],
  })
  .refine(({ allLivePhotos, target: named }) => !allLivePhotos || named === undefined, {
    message: 'is left out with --all-live-photos',
    path: ['target'],
  })

const Conflict = z.object({
  path: z.string(),
  reason: z.enum(['gone', 'offline', 'changed', 'open', 'other-location', 'read-only', 'exists', 'no-space']),
  message: z.string(),
})

const MovePreview = z.object({
  files: z.number(),
  bytes: z.number(),
  kinds: z.partialRecord(SidecarKind, z.number()),
  /** The first files that will not be moved. */
  conflicts: z.array(Conflict),
  conflictCount: z.number(),
})

type Moves = z.output<typeof moves>

/** Translates the input into the library's parameters. */
async function movesOf(
  { allLivePhotos, kind: only, target: named, undo }: Moves,
  library: Library,
  signal: AbortSignal,
) {
  const direction = undo ? ('out' as const) : ('in' as const)
  const of = { direction, ...(only && { kind: only }) }
  if (allLivePhotos || named === undefined) return { ...of, kind: 'live-photo-video' as const }
  const known = undo ? await library.references.movedFrom(named) : null
  return { ...of, ...(known ?? { contentId: await contentOf(named, library, signal) }) }
}

export const previewConversion = defineQuery({
  name: 'sidecars.previewConversion',
  scope: 'library',
  staleBy: [],
  summary: 'Say what moving files that belong to others into the library would move, and what stands in the way',
  input: moves,
  output: MovePreview,
  errors: ['NotFound', 'Unavailable'],
  run: async (input, { library, signal }) => library.references.preview(await movesOf(input, library, signal), signal),
})

export const convertSidecars = defineAction({
  name: 'sidecars.convert',
  scope: 'library',
  summary: 'Move files that belong to others, as the videos of Live Photos do, into the library, or back',
  input: moves.safeExtend({ dryRun: z.boolean().default(false).describe('only say what would be moved') }),
  output: MovePreview.extend({
    /** Null if there is nothing to move, or for a preview. */
    job: z.object({ id: JobId }).nullable(),
    undo: z.boolean(),
  }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['sidecar', 'convert'],
    positional: ['target'],
    contents: ['target'],
    wait: true,
    confirm: 'They are taken out of their folders; `spacedrive sidecar convert --undo` puts them back.',
    examples: [
      'sidecar convert --all-live-photos --dry-run',
      'sidecar convert ~/Pictures/IMG_1.HEIC',
      'sidecar convert ~/Pictures/IMG_1.HEIC --undo',
    ],
  },
  async run({ dryRun, ...input }, { library, signal }) {
    const { job, ...preview } = await library.references.convert(await movesOf(input, library, signal), {
      dryRun,
      signal,
    })
    return { ...preview, job, undo: input.undo }
  },
})
