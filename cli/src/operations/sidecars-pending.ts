import { blockerLines } from '../live/sidecar-summary.ts'
import type { OperationExtras } from './extras.ts'

export const sidecarsPending: OperationExtras<'sidecars.pending'> = {
  // Work that cannot be queued at all is not in the list.
  notes: async (session) => blockerLines(await session.query('sidecars.hindrances', {}), session.context.io.err.style),
}
