import { blockerLines } from '../live/sidecar-summary.ts'
import type { OperationExtras } from './extras.ts'

export const sidecarsPending: OperationExtras<'sidecars.pending'> = {
  // Work that cannot be queued at all is not in the list.
  notes: async (session) => {
    const { err, withTypedCommands } = session.context.io
    return blockerLines(await session.query('sidecars.hindrances', {}), { style: err.style, withTypedCommands })
  },
}
