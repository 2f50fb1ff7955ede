import type { HashRequest } from './hash-messages.ts'
import { answerHash } from './answer-hash.ts'
import { serveThread } from '../workers/serve-thread.ts'

serveThread((request: HashRequest, { note, stopped }) => answerHash(request, { stopped, progress: note }))
