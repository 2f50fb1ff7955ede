import { serveProcess } from '../../workers/serve-process.ts'
import { browse } from './browse.ts'
import type { DiskRequest, DiskRequestName, DiskRequests } from './disk-requests.ts'
import type { FileObject } from './ephemeral-ids.ts'
import { existsAndHidden } from './explain.ts'
import { beginAt, factsOf, lookAt, orFailure } from './look-folder.ts'
import { Walker } from './walk.ts'
import type { WalkSetup } from './walk-messages.ts'

/** How often, in milliseconds, a process reports that the file system still answers. Well below any deadline. */
const SIGN_MS = 100

/** A process that reads a disk which may never answer. Unlike a thread, it can be ended while it waits. */
serveProcess(async ({ name, request }: DiskRequest, progress) => {
  const handlers = handlersFor(signOfLife(progress))
  return handlers[name](request as never)
})

type Handlers = {
  [N in DiskRequestName]: (
    request: DiskRequests[N]['request'],
  ) => DiskRequests[N]['reply'] | Promise<DiskRequests[N]['reply']>
}

function handlersFor(answered: () => void): Handlers {
  return {
    begin: beginAt,
    walk: ({ setup, tasks }) => walkerOf(setup, answered).run(tasks),
    look: ({ setup, ...request }) => orFailure(() => lookAt(walkerOf(setup, answered), request)),
    facts: (paths) =>
      paths.map((path) => {
        answered()
        return factsOf(path)
      }),
    browse: async (request) => {
      const objects: FileObject[] = []
      const of = (object: FileObject) => {
        objects.push(object)
        return NO_ID
      }
      const report = await browse(request, { ids: { of }, signal: new AbortController().signal, answered })
      return { report, objects }
    },
    explain: existsAndHidden,
  }
}

function walkerOf(setup: WalkSetup, answered: () => void): Walker {
  return new Walker(setup, answered)
}

function signOfLife(progress: (value: number) => void): () => void {
  let told = performance.now()
  return () => {
    const now = performance.now()
    if (now - told < SIGN_MS) return
    told = now
    progress(0)
  }
}

const NO_ID = new Uint8Array(16)
