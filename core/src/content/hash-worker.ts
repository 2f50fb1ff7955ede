import { answerHash } from './answer-hash.ts'
import { serveThread } from './serve-thread.ts'

serveThread(answerHash)
