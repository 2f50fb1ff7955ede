import { z } from 'zod'
import { ContentId, SidecarKind } from '../../domain/index.ts'
import { defineJobOn } from '../../jobs/index.ts'
import { parsePath } from '../../util/file-name.ts'
import type { Conversions } from './conversions.ts'

const Counts = z.object({ moved: z.number(), bytes: z.number(), kept: z.number() })

/** Moves companion files into the library, or back to their original paths. */
export const convertReferences = defineJobOn<{ readonly references: { readonly conversions: Conversions } }>()({
  name: 'sidecars.convert',
  summary: 'Move companion files into the library, or back',
  input: z.object({
    direction: z.enum(['in', 'out']),
    contentId: ContentId.optional(),
    kind: SidecarKind.optional(),
    /** The earlier job whose moves are undone. */
    job: z.string().optional(),
    /** The original path of a file; `base64:…` if it is not valid text. */
    path: z.string().optional(),
    /** The last row that the preview showed; later rows are not moved. */
    upTo: z.number(),
  }),
  state: Counts.extend({ after: z.number() }),
  initial: { after: 0, moved: 0, bytes: 0, kept: 0 },
  output: Counts,
  concurrency: 'io',
  key: (input) => JSON.stringify(input),
  async run(
    { direction, path, upTo, ...filter },
    { checkpoint, items, jobId, library, progress, signal, state, warn },
  ) {
    const before = { moved: state.moved, bytes: state.bytes, kept: state.kept }
    const sum = (counts: z.infer<typeof Counts>) => ({
      moved: before.moved + counts.moved,
      bytes: before.bytes + counts.bytes,
      kept: before.kept + counts.kept,
    })
    const host = {
      jobId,
      items,
      signal,
      upTo,
      after: state.after,
      progress,
      warn,
      done: (after: number, counts: z.infer<typeof Counts>) => checkpoint({ after, ...sum(counts) }),
    }
    progress({ phase: direction === 'in' ? 'move' : 'move back' })
    const { conversions } = library.references
    const from = path === undefined ? {} : { path: parsePath(path) }
    return sum(
      direction === 'in'
        ? await conversions.moveIn(filter, host)
        : await conversions.moveOut({ ...filter, ...from }, host),
    )
  },
})
