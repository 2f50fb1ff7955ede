import { answerHash } from './answer-hash.ts'
import { serveThread } from '../workers/serve-thread.ts'

serveThread(answerHash)
