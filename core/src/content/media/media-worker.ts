import { serveRequests } from '../../workers/serve-requests.ts'
import { type MediaRequest, readMedia } from './read-media.ts'

serveRequests(async (request: MediaRequest) => ({ reply: await readMedia(request) }))
