import { serveProcess } from '../workers/serve-process.ts'
import { answerHash } from './answer-hash.ts'
import type { HashRequest } from './hash-messages.ts'

// Requests are never stopped from outside: to end a request, its caller kills the process.
const stopped = () => false

serveProcess(async (request: HashRequest, progress) => {
  const { reply } = await answerHash(request, { stopped, progress, answered: () => progress(0) })
  return reply
})
