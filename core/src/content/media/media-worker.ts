import { serveWorker } from '../../workers/serve-worker.ts'
import { type MediaRequest, readMedia } from './read-media.ts'

serveWorker(async (request: MediaRequest) => ({ reply: await readMedia(request) }))
