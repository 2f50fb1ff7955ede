import { serveThread } from '../../workers/serve-thread.ts'
import { type MediaRequest, readMedia } from './read-media.ts'

serveThread(async (request: MediaRequest) => ({ reply: await readMedia(request) }))
