import { movePreviewText } from '../render/sidecars.ts'
import type { OperationExtras } from './extras.ts'

export const sidecarsConvert: OperationExtras<'sidecars.convert'> = {
  touches: async ({ dryRun: _, ...input }, session) => {
    const preview = await session.query('sidecars.previewConversion', input)
    const { moves, stays } = movePreviewText(preview, input.undo === true)
    return preview.files === 0 ? null : [moves, ...stays].join('\n')
  },
}
