import { z } from 'zod'
import { ContentId, PendingSidecar, Sidecar, SidecarKind } from '../domain/index.ts'
import type { Library } from '../library/index.ts'
import { defineAction, defineQuery } from './define.ts'

const target = z.string().describe('content id, or absolute path of a file with the content')
const kind = SidecarKind.describe('what was derived')
const variant = z.string().describe('which size or form of it')
const queued = z.object({ queued: z.number() })

/** A content by its id, or by a file that has it. */
async function contentOf(reference: string, library: Library, signal: AbortSignal): Promise<ContentId> {
  const id = ContentId.safeParse(reference)
  return id.success ? id.data : library.files.contentOf(reference, signal)
}

export const listSidecars = defineQuery({
  name: 'sidecars.list',
  scope: 'library',
  summary: 'Show what was derived from a content: thumbnails, text, and what is still to be made',
  input: z.object({
    target,
    kind: kind.optional(),
    showPaths: z.boolean().default(false).describe('also where the files lie'),
  }),
  output: z.object({ contentId: ContentId, items: z.array(Sidecar) }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['sidecar', 'list'],
    positional: ['target'],
    references: ['target'],
    examples: ['sidecar list ~/Pictures/a.jpg', 'sidecar list ~/Pictures/a.jpg --kind thumb --show-paths'],
  },
  async run(input, { library, signal }) {
    const contentId = await contentOf(input.target, library, signal)
    const items = await library.sidecars.list(contentId)
    return { contentId, items: items.filter((item) => input.kind === undefined || item.kind === input.kind) }
  },
})

/** Contents asked about in one request. */
const MAX_CONTENTS = 10_000

export const sidecarPresence = defineQuery({
  name: 'sidecars.presence',
  scope: 'library',
  summary: 'Say of many contents at once which variants of a kind are there',
  input: z.object({
    contentIds: z.array(ContentId).min(1).max(MAX_CONTENTS).describe('ids of contents'),
    kind: kind.default('thumb'),
  }),
  output: z.array(z.object({ contentId: ContentId, variants: z.array(z.string()) })),
  cli: { words: ['sidecar', 'presence'], positional: ['contentIds'], variadic: true },
  async run(input, { library }) {
    const found = await library.sidecars.presence(input.contentIds, input.kind)
    return input.contentIds.map((contentId) => ({ contentId, variants: found.get(contentId) ?? [] }))
  },
})

export const sidecarPath = defineAction({
  name: 'sidecars.path',
  scope: 'library',
  summary: 'Say where a sidecar lies; one that is not there yet is queued',
  input: z.object({ target, kind: kind.default('thumb'), variant: variant.default('grid@2x') }),
  output: z.object({ contentId: ContentId, path: z.string().nullable(), pending: z.boolean() }),
  errors: ['NotFound', 'Unsupported', 'Unavailable'],
  cli: {
    words: ['sidecar', 'path'],
    positional: ['target'],
    references: ['target'],
    examples: ['sidecar path ~/Pictures/a.jpg --kind thumb --variant detail@1x'],
  },
  async run(input, { library, signal }) {
    const contentId = await contentOf(input.target, library, signal)
    const path = await library.sidecars.path(contentId, input.kind, input.variant)
    return { contentId, path, pending: path === null }
  },
})

export const sidecarUsage = defineQuery({
  name: 'sidecars.usage',
  scope: 'library',
  summary: 'Show how much room sidecars take, by kind and variant',
  input: z.object({}),
  output: z.array(z.object({ kind: SidecarKind, variant: z.string(), files: z.number(), bytes: z.number() })),
  cli: { words: ['sidecar', 'usage'] },
  run: (_input, { library }) => library.sidecars.usage(),
})

export const pendingSidecars = defineQuery({
  name: 'sidecars.pending',
  scope: 'library',
  summary: 'List what is still to be made and what could not be made, with the reason',
  input: z.object({
    failed: z.boolean().default(false).describe('only what could not be made'),
    limit: z.int().min(1).max(10_000).default(1_000).describe('how many at the most'),
  }),
  output: z.array(PendingSidecar),
  cli: { words: ['sidecar', 'pending'], examples: ['sidecar pending --failed'] },
  run: ({ failed, limit }, { library }) => library.sidecars.pending({ state: failed ? 'failed' : null, limit }),
})

export const regenerateSidecars = defineAction({
  name: 'sidecars.regenerate',
  scope: 'library',
  summary: 'Make the sidecars of a content again',
  input: z.object({ target, kind: kind.optional(), variant: variant.optional() }),
  output: queued,
  errors: ['NotFound', 'Unavailable'],
  cli: { words: ['sidecar', 'regenerate'], positional: ['target'], references: ['target'] },
  async run({ target: reference, ...of }, { library, signal }) {
    return { queued: await library.sidecars.regenerate(await contentOf(reference, library, signal), of) }
  },
})

export const retrySidecars = defineAction({
  name: 'sidecars.retry',
  scope: 'library',
  summary: 'Try again what could not be made',
  input: z.object({ target: target.optional(), kind: kind.optional() }),
  output: queued,
  errors: ['NotFound', 'Unavailable'],
  cli: { words: ['sidecar', 'retry'], positional: ['target'], references: ['target'] },
  async run({ target: reference, ...of }, { library, signal }) {
    const contentId = reference === undefined ? undefined : await contentOf(reference, library, signal)
    return { queued: await library.sidecars.retry({ ...of, ...(contentId && { contentId }) }) }
  },
})

export const cleanupSidecars = defineAction({
  name: 'sidecars.cleanup',
  scope: 'library',
  summary: 'Remove the sidecars of contents that no file has any more',
  input: z.object({ dryRun: z.boolean().default(false).describe('only say what would be removed') }),
  output: z.object({ files: z.number(), bytes: z.number() }),
  cli: { words: ['sidecar', 'cleanup'], examples: ['sidecar cleanup --dry-run'] },
  run: (input, { library, signal }) => library.sidecars.cleanup(input, signal),
})

export const verifySidecars = defineQuery({
  name: 'sidecars.verify',
  scope: 'library',
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
