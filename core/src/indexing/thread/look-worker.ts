import { serveRequests } from '../../workers/serve-requests.ts'
import { browse } from './browse.ts'
import { EphemeralIds } from './ephemeral-ids.ts'
import type { BrowseRequest } from './requests.ts'

// A thread that lists one folder.
serveRequests(async (request: BrowseRequest, { signal }) => ({
  reply: await browse(request, { ids: new EphemeralIds(Date.now), signal }),
}))
