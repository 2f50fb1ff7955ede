import { serveWorker } from '../../workers/serve-worker.ts'
import { browse } from './browse.ts'
import { EphemeralIds } from './ephemeral-ids.ts'
import type { BrowseRequest } from './requests.ts'

// A thread that looks into one folder.
serveWorker(async (request: BrowseRequest, { signal }) => ({
  reply: await browse(request, { ids: new EphemeralIds(Date.now), signal }),
}))
