import { serveThread } from '../serve-thread.ts'
import type { Served } from '../thread-pool.ts'

export type FixtureRequest = 'echo' | 'throw' | 'die' | 'hang' | 'progress'

/** Does to its thread what a damaged file may do to it. */
serveThread(async (request: FixtureRequest, { progress }): Promise<Served<string>> => {
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
      progress(1)
      progress(2)
      return { reply: 'done' }
  }
})
