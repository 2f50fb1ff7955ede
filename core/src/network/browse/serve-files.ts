import type { Sessions } from '../sessions/sessions.ts'
import type { Transfers } from '../transfer/transfers.ts'
import { fileResolvers } from './file-resolvers.ts'
import { ServedBrowse, type ServeBrowseDeps } from './serve-browse.ts'

export interface ServeFilesDeps extends ServeBrowseDeps {
  readonly sessions: Pick<Sessions, 'handle'>
  readonly transfers: Pick<Transfers, 'resolve'>
}

/** Serves the files of this device to paired devices, within their grants. */
export function serveFiles({ sessions, transfers, ...deps }: ServeFilesDeps): void {
  const served = new ServedBrowse(deps)
  sessions.handle(served.handler())
  for (const resolver of fileResolvers(served)) transfers.resolve(resolver)
}
