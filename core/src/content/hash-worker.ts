import type { HashRequest } from './hash-messages.ts'
import { answerHash } from './answer-hash.ts'
import { serveRequests } from '../workers/serve-requests.ts'

serveRequests((request: HashRequest, { note, stopped }) => answerHash(request, { stopped, progress: note }))
