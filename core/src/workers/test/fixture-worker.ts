import { serveRequests } from '../serve-requests.ts'
import type { Served } from '../worker-messages.ts'

export type FixtureRequest = 'echo' | 'throw' | 'die' | 'hang' | 'progress'

/** Simulates the effects of damaged files on a thread. */
serveRequests(async (request: FixtureRequest, { note }): Promise<Served<string>> => {
  switch (request) {
    case 'echo':
      return { reply: 'echo' }
    case 'throw':
      throw new Error('thrown on purpose')
    case 'die':
      return process.exit(3)
    case 'hang':
      for (;;);
    case 'progress':
      note(1)
      note(2)
      return { reply: 'done' }
  }
})
