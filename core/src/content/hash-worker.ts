import type { HashRequest } from './hash-messages.ts'
import { answerHash } from './answer-hash.ts'
import { serveWorker } from '../workers/serve-worker.ts'

serveWorker((request: HashRequest, { note, stopped }) => answerHash(request, { stopped, progress: note }))
