import { z } from 'zod'
import {
  ContentId,
  DeviceId,
  PendingSidecar,
  Sidecar,
  SidecarKind,
  sidecarKindFacts,
  textKinds,
  Thumb,
} from '../domain/index.ts'
import type { Library } from '../library/index.ts'
import { holdCauses } from '../domain/sidecar.ts'
import { defineAction, defineQuery } from './define.ts'

const target = z.string().describe('content id, or absolute path of a file with the content')
const listed = z
  .string()
  .describe('content id, absolute path of a file, or sidecar:// address with * and ? as wildcards')
export const kind = SidecarKind.describe('kind of the sidecar')
export const variant = z.string().describe('variant of the sidecar, such as grid@2x')
const queued = z.object({ queued: z.number() })

/** The content id for a reference, which is an id, the beginning of one, or a file with the content. */
export async function contentOf(reference: string, library: Library, signal: AbortSignal): Promise<ContentId> {
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
  summary: 'List the sidecars of a content: thumbnails, texts, and pending ones',
  input: z.object({
    target: listed,
    kind: kind.optional(),
    showPaths: z.boolean().default(false).describe('also show the paths of the sidecar files'),
  }),
  output: z.object({
    /** The content; null if an address names sidecars of several contents. */
    contentId: ContentId.nullable(),
    items: z.array(AddressedSidecar),
    /** From the request: whether the user wants to see paths. */
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
    const found = await library.sidecars.requests.resolve(address, 'local', signal)
    const items = found.filter((item) => input.kind === undefined || item.kind === input.kind)
    return { contentId: contentIn(address), items, showPaths: input.showPaths }
  },
})

/** Limit on the text in one reply, which may be read by a user or by a program that pays for every word. */
const MAX_CHARACTERS = 100_000
const DEFAULT_CHARACTERS = 20_000

export const sidecarText = defineQuery({
  name: 'sidecars.text',
  scope: 'library',
  staleBy: ['sidecars'],
  access: 'view',
  files: ['target'],
  summary: 'Show the text of a file: from the document, from its pictures, or from its sound',
  input: z.object({
    target,
    kind: z.enum(textKinds).optional().describe('kind of the text; the first available one by default'),
    page: z.int().min(1).optional().describe('first page'),
    timeMs: z.number().min(0).optional().describe('position in the recording to start at, in milliseconds'),
    characters: z.int().min(1).max(MAX_CHARACTERS).default(DEFAULT_CHARACTERS).describe('maximum number of characters'),
    cursor: z.string().max(100).optional().describe('the `cursor` of the previous answer'),
  }),
  output: z.object({
    contentId: ContentId,
    kind: z.enum(textKinds),
    /** Codes of the languages that were searched for or detected. */
    languages: z.array(z.string()),
    parts: z.array(
      z.object({
        /** Number of the page, from 1; null for a recording. */
        page: z.number().nullable(),
        title: z.string().nullable(),
        /** For a recording: time in milliseconds from its start. */
        startMs: z.number().nullable(),
        endMs: z.number().nullable(),
        text: z.string(),
      }),
    ),
    /** Whether the file has more text than the sidecar stores. */
    truncated: z.boolean(),
    /** Whether more pages of the file are still being read. */
    unfinished: z.boolean(),
    /** Pass it to continue; null at the end. */
    cursor: z.string().nullable(),
  }),
  errors: ['NotFound', 'Unavailable'],
  async run({ target: reference, ...of }, { library, signal }) {
    const contentId = await contentOf(reference, library, signal)
    const { languages, parts, ...rest } = await library.sidecars.views.text(contentId, of, signal)
    return { contentId, ...rest, languages: [...languages], parts: [...parts] }
  },
})

/** Maximum number of contents in one request. */
const MAX_CONTENTS = 10_000

const OtherDevice = z.object({ id: DeviceId, name: z.string(), online: z.boolean() })

export const sidecarPresence = defineQuery({
  name: 'sidecars.presence',
  scope: 'library',
  staleBy: ['sidecars', 'devices'],
  access: 'view',
  summary: 'List the sidecar variants of many contents at once',
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
    const found = await library.sidecars.views.presence(input.contentIds, input.kind)
    return input.contentIds.map((contentId) => {
      const holders = Map.groupBy(library.sidecars.exchange.holders(contentId, input.kind), ({ device }) => device.id)
      const devices = [...holders.values()].map((of) => {
        const { device, online } = of[0]!
        return { ...device, online, variants: [...new Set(of.map(({ variant: each }) => each))].toSorted() }
      })
      return { contentId, variants: found.get(contentId) ?? [], devices }
    })
  },
})

/** Limit on contents. It is more than a window shows, including rows that are fetched in advance. */
const MAX_WANTED = 500
const MAX_VARIANTS = 16

export const thumbsOfContents = defineQuery({
  name: 'sidecars.thumbs',
  scope: 'library',
  staleBy: [],
  access: 'view',
  summary: 'Report the thumbnails of contents, as listings do',
  input: z.object({ contentIds: z.array(ContentId).max(MAX_WANTED).describe('ids of contents') }),
  /** The thumbnails. Unknown contents are left out. */
  output: z.array(z.object({ contentId: ContentId, thumb: Thumb })),
  run: ({ contentIds }, { library }) =>
    Promise.resolve([...library.sidecars.views.thumbs(contentIds)].map(([contentId, thumb]) => ({ contentId, thumb }))),
})

export const wantSidecars = defineAction({
  name: 'sidecars.want',
  scope: 'library',
  access: 'view',
  summary: 'Generate the sidecars that a user is viewing before all others, and report their progress',
  input: z.object({
    viewer: z
      .string()
      .min(1)
      .max(100)
      .describe('id of the viewer; replaces the earlier wishes of the same viewer for this kind'),
    contentIds: z.array(ContentId).max(MAX_WANTED).describe('ids of contents, most urgent first; empty to stop'),
    kind: kind.default('thumb'),
    variants: z
      .array(variant)
      .max(MAX_VARIANTS)
      .optional()
      .describe('variants to generate; those of the policy by default'),
  }),
  output: z.array(
    Thumb.pick({ ready: true, version: true, state: true, error: true }).extend({ contentId: ContentId }),
  ),
  errors: ['Unsupported'],
  async run(input, { library }) {
    const states = library.sidecars.viewed.want(input)
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
  summary: 'Show the path of a sidecar; a missing one is fetched from another device or queued',
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
    const path = await library.sidecars.requests.path(contentId, input.kind, input.variant)
    const holders = library.sidecars.exchange
      .holders(contentId, input.kind)
      .filter((each) => each.variant === input.variant)
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
      /** True for this device and for connected devices. */
      online: z.boolean(),
      /** Size in bytes; null if the device did not report it. */
      size: z.number().nullable(),
      /** `own`: the sidecar is on this device. `digest`: it is in the digest of the other device. */
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
    const [own] = library.sidecars.exchange.ready(contentId, input.kind, input.variant)
    const key = { contentId, kind: input.kind, variant: input.variant }
    const others = await core.network.sidecars.where(library.id, key, signal)
    return [
      ...(own ? [{ device: { id, name }, online: true, size: own.size, source: 'own' as const }] : []),
      ...others.map(({ device, online, size }) => ({ device, online, size, source: 'digest' as const })),
    ]
  },
})

export const listSidecarKinds = defineQuery({
  name: 'sidecars.kinds',
  scope: 'core',
  staleBy: ['config'],
  access: 'view',
  summary: 'List the kinds of sidecars, with their variants and the default choice of this device',
  input: z.object({}),
  output: z.array(
    z.object({
      kind: SidecarKind,
      /** English name of the kind. */
      label: z.string(),
      /** The name of the kind's folder, which is in the folder of a content. */
      folder: z.string(),
      /** Every variant that this device can generate; none for files of the user. */
      variants: z.array(z.string()),
      /** The default choice: `on`, `off`, or variants joined by `+`. */
      usual: z.string(),
      /** `text`: search reads its words. `vectors`: search by meaning compares its vectors. */
      search: z.enum(['text', 'vectors']).nullable(),
      /** What of `default.json` can be shown: `pages` of text, or `lines` with times. */
      preview: z.enum(['pages', 'lines']).nullable(),
      /** `user` for the user's own files that belong to another file. */
      origin: z.enum(['generated', 'user']),
    }),
  ),
  cli: { words: ['sidecar', 'kinds'] },
  run(_input, { core }) {
    const { device } = core.config.values.sidecars
    const kinds = SidecarKind.options.map((each) => {
      const { folder, label, origin, preview, search, usual } = sidecarKindFacts[each]
      const variants = core.generators().find((generator) => generator.kind === each)?.variants ?? []
      return { kind: each, label, folder, variants: [...variants], usual: usual[device], search, preview, origin }
    })
    return Promise.resolve(kinds)
  },
})

export const sidecarUsage = defineQuery({
  name: 'sidecars.usage',
  scope: 'library',
  staleBy: ['sidecars'],
  access: 'view',
  summary: 'Show the space that sidecars use, by kind and variant',
  input: z.object({}),
  output: z.array(z.object({ kind: SidecarKind, variant: z.string(), files: z.number(), bytes: z.number() })),
  cli: { words: ['sidecar', 'usage'] },
  run: (_input, { library }) => library.sidecars.views.usage(),
})

export const pendingSidecars = defineQuery({
  name: 'sidecars.pending',
  scope: 'library',
  staleBy: ['sidecars'],
  access: 'view',
  summary: 'List pending, failed and skipped sidecars, with the reasons',
  input: z.object({
    queued: z.boolean().default(false).describe('only pending sidecars'),
    failed: z.boolean().default(false).describe('only failed sidecars'),
    skipped: z
      .boolean()
      .default(false)
      .describe('only skipped sidecars: no engine can generate them, or they were removed to save space'),
    limit: z.int().min(1).max(10_000).default(1_000).describe('maximum number of results'),
  }),
  output: z.array(PendingSidecar),
  cli: { words: ['sidecar', 'pending'], examples: ['sidecar pending --failed'] },
  run: ({ failed, limit, queued: waits, skipped }, { library }) =>
    library.sidecars.views.pending({
      state: waits ? 'pending' : failed ? 'failed' : skipped ? 'skipped' : null,
      limit,
    }),
})

const BlockedKind = z.object({
  kind: SidecarKind,
  /** Why the kind is not generated; `missing`: no engine can generate it. */
  cause: z.enum([...holdCauses, 'missing']),
  reason: z.string(),
})

export const sidecarHindrances = defineQuery({
  name: 'sidecars.hindrances',
  scope: 'library',
  staleBy: ['jobs'],
  access: 'view',
  summary: 'Show why sidecars cannot be generated now: no space, no power, no engine',
  input: z.object({}),
  output: z.object({
    /** Kinds that are on hold because of the machine. */
    held: z.array(BlockedKind),
    /** Kinds that at least one location wants, but that this device cannot generate. */
    off: z.array(BlockedKind),
  }),
  async run(_input, { library: { sidecars } }) {
    const off = await sidecars.queue.unavailable()
    return { held: await sidecars.runner.holds(), off: off.map((each) => ({ ...each, cause: 'missing' as const })) }
  },
})

export const regenerateSidecars = defineAction({
  name: 'sidecars.regenerate',
  scope: 'library',
  access: 'manage',
  files: ['target'],
  summary: 'Generate the sidecars of a content again, or all outdated sidecars',
  input: z
    .object({
      target: target.optional(),
      kind: kind.optional(),
      variant: variant.optional(),
      outdated: z
        .boolean()
        .default(false)
        .describe('without a target: of all contents, the sidecars that an older recipe or another engine has made'),
      dryRun: z.boolean().default(false).describe('without a target: only count the sidecars'),
    })
    .refine((input) => input.target !== undefined || input.outdated || input.kind !== undefined, {
      message: 'is missing: name a file or a content id, or use --outdated or --kind for all contents',
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
    /** From the request: sidecars are only counted, not generated. */
    dryRun: z.boolean(),
    /** For a request about all contents: the kinds that will be generated, with the reasons. */
    byKind: z.array(z.object({ kind: SidecarKind, why: z.string(), files: z.number() })),
  }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['sidecar', 'regenerate'],
    positional: ['target'],
    contents: ['target'],
    next: 'job monitor',
    examples: [
      'sidecar regenerate ~/Pictures/a.jpg --kind thumb',
      'sidecar regenerate --outdated --dry-run',
      'sidecar regenerate --outdated --kind ocr',
    ],
  },
  async run({ dryRun, kind: only, outdated, target: reference, variant: form }, { library, signal }) {
    if (reference !== undefined) {
      const contentId = await contentOf(reference, library, signal)
      const files = await library.sidecars.queue.regenerate(contentId, { kind: only, variant: form })
      return { queued: files, dryRun, byKind: [] }
    }
    const byKind = await library.sidecars.queue.regenerateAll({ kind: only, outdated, dryRun }, signal)
    return { queued: byKind.reduce((sum, { files }) => sum + files, 0), dryRun, byKind }
  },
})

export const retrySidecars = defineAction({
  name: 'sidecars.retry',
  scope: 'library',
  access: 'manage',
  files: ['target'],
  summary: 'Try failed sidecars again; with a target, also skipped ones',
  input: z.object({ target: target.optional(), kind: kind.optional() }),
  output: queued,
  errors: ['NotFound', 'Unavailable'],
  cli: { words: ['sidecar', 'retry'], positional: ['target'], contents: ['target'], next: 'job monitor' },
  async run({ target: reference, ...of }, { library, signal }) {
    const contentId = reference === undefined ? undefined : await contentOf(reference, library, signal)
    return { queued: await library.sidecars.queue.retry({ ...of, ...(contentId && { contentId }) }) }
  },
})

export const cancelSidecars = defineAction({
  name: 'sidecars.cancel',
  scope: 'library',
  access: 'manage',
  files: ['target'],
  summary: 'Cancel the pending sidecars of a content; sidecars that are being generated are finished',
  input: z.object({ target, kind: kind.optional() }),
  output: z.object({ cancelled: z.number() }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['sidecar', 'cancel'],
    positional: ['target'],
    contents: ['target'],
    next: 'sidecar pending',
    examples: ['sidecar cancel ~/Videos/a.mp4 --kind transcript'],
  },
  async run({ kind: only, target: reference }, { library, signal }) {
    const contentId = await contentOf(reference, library, signal)
    return { cancelled: await library.sidecars.queue.cancel(contentId, { kind: only }) }
  },
})

export const resolveSidecars = defineAction({
  name: 'sidecars.resolve',
  scope: 'library',
  summary: 'Resolve a sidecar:// address to sidecars and their paths; missing ones can be generated',
  input: z.object({
    address: z.string().describe('sidecar://<content>/<folder>/<file> with * and ? as wildcards'),
    mode: z
      .enum(['local', 'now', 'generate', 'fetch', 'later'])
      .default('local')
      .describe(
        'for a missing sidecar: local: do nothing; now: fetch or generate it and wait; generate: generate it; fetch: fetch it; later: queue it',
      ),
  }),
  output: z.array(AddressedSidecar),
  errors: ['NotFound', 'Unsupported'],
  run: ({ address, mode }, { library, signal }) => library.sidecars.requests.resolve(address, mode, signal),
})

/** Milliseconds in each unit of an age. */
const UNITS = { h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_557_600_000 } as const

function ageMs(age: string | undefined): number | null {
  return age === undefined ? null : Number(age.slice(0, -1)) * UNITS[age.slice(-1) as keyof typeof UNITS]
}

export const cleanupSidecars = defineAction({
  name: 'sidecars.cleanup',
  scope: 'library',
  summary: 'Remove sidecars of contents that no file has',
  input: z.object({
    dryRun: z.boolean().default(false).describe('only report the sidecars that would be removed'),
    olderThan: z
      .string()
      .regex(/^\d{1,6}[hdwy]$/, 'it is written as 12h, 180d, 2w or 1y')
      .optional()
      .describe('only sidecars older than 12h, 180d, 2w or 1y; then also variants that no policy asks for'),
  }),
  output: z.object({ files: z.number(), bytes: z.number() }),
  cli: { words: ['sidecar', 'cleanup'], examples: ['sidecar cleanup --dry-run', 'sidecar cleanup --older-than 180d'] },
  run: ({ dryRun, olderThan }, { library, signal }) =>
    library.sidecars.upkeep.cleanup({ dryRun, olderThanMs: ageMs(olderThan) }, signal),
})

export const verifySidecars = defineQuery({
  name: 'sidecars.verify',
  scope: 'library',
  staleBy: [],
  access: 'manage',
  summary: 'Compare the sidecar files with their records',
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
  cli: { words: ['sidecar', 'verify'], exit: { failedIf: 'problems' } },
  run: (_input, { library, signal }) => library.sidecars.upkeep.verify(signal),
})

export const reconcileSidecars = defineAction({
  name: 'sidecars.reconcile',
  scope: 'library',
  summary: 'Repair the sidecars: generate missing files again, adopt or set aside unknown files',
  input: z.object({}),
  output: z.object({ adopted: z.number(), setAside: z.number(), requeued: z.number() }),
  errors: ['Unavailable'],
  cli: { words: ['sidecar', 'reconcile'] },
  run: (_input, { library, signal }) => library.sidecars.upkeep.reconcile(signal),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  listSidecars,
  sidecarPresence,
  sidecarText,
  sidecarPath,
  thumbsOfContents,
  wantSidecars,
  listSidecarKinds,
  sidecarUsage,
  sidecarWhere,
  sidecarHindrances,
  pendingSidecars,
  regenerateSidecars,
  resolveSidecars,
  retrySidecars,
  cancelSidecars,
  cleanupSidecars,
  verifySidecars,
  reconcileSidecars,
] as const
