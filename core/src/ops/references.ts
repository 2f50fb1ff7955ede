import { z } from 'zod'
import { ContentId, EntryId, JobId, SidecarKind } from '../domain/index.ts'
import type { Library } from '../library/index.ts'
import { defineAction, defineQuery } from './define.ts'
import { contentOf, kind, variant } from './sidecars.ts'

export const createReference = defineAction({
  name: 'sidecars.createReference',
  scope: 'library',
  summary: 'Track an existing file as a sidecar of a content; the file stays in place',
  input: z.object({
    contentId: ContentId.describe('id of the content'),
    entryId: EntryId.describe('id of the entry of the file'),
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
      .describe('content id, or absolute path of a file with the content or of its video; with --undo also a job id'),
    allLivePhotos: z.boolean().default(false).describe('the videos of all Live Photos'),
    kind: kind.optional().describe('only these'),
    undo: z.boolean().default(false).describe('move the files back to their old places'),
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
  summary: 'Show the files that `sidecars.convert` would move, and the conflicts',
  input: moves,
  output: MovePreview,
  errors: ['NotFound', 'Unavailable'],
  run: async (input, { library, signal }) => library.references.preview(await movesOf(input, library, signal), signal),
})

export const convertSidecars = defineAction({
  name: 'sidecars.convert',
  scope: 'library',
  summary: 'Move files that belong to other files, such as the videos of Live Photos, into the library, or back',
  input: moves.safeExtend({ dryRun: z.boolean().default(false).describe('only report the files that would be moved') }),
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
    wait: 'job',
    confirm: 'The files leave their folders; `spacedrive sidecar convert --undo` puts them back.',
    confirmWith: { undo: 'The files move back to their old places. Existing files are never overwritten.' },
    exit: { partialIf: 'conflictCount' },
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

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [createReference, previewConversion, convertSidecars] as const
