import type { Core } from '@spacedrive/core'
import { ArchiveEntries } from '../downloads/archive-entries.ts'
import { type Downloads, MAX_SENT } from '../downloads/index.ts'
import { zipBytes } from '../downloads/zip-bytes.ts'
import { HttpError } from '../http/problem.ts'
import { contentDisposition } from './content-disposition.ts'
import type { MediaContext } from './send-file.ts'

export interface ZipDeps {
  readonly core: Core
  readonly downloads: Pick<Downloads, 'find' | 'place'>
}

/** `/zip/<id>/<name>`: the files and folders of a prepared download as one archive, not compressed. */
export function zipHandler({ core, downloads }: ZipDeps): (c: MediaContext) => Response {
  return (c) => {
    const { name, roots } = downloads.find(c.req.param('id') ?? '')
    const headers = {
      'content-type': 'application/zip',
      'content-disposition': contentDisposition(name, { download: true }),
      'cache-control': 'no-store',
    }
    if (c.req.method === 'HEAD') return c.body(null, 200, headers)
    const place = downloads.place()
    if (!place) throw new HttpError(503, 'Unavailable', BUSY, { 'retry-after': RETRY_AFTER })
    const left = new AbortController()
    const signal = AbortSignal.any([left.signal, c.req.raw.signal])
    signal.addEventListener('abort', () => place[Symbol.dispose](), { once: true })
    const entries = new ArchiveEntries(core, { signal })
    const bytes = zipBytes(entries.of(roots))
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          try {
            const { done, value } = await bytes.next()
            if (!done) return controller.enqueue(value as Uint8Array<ArrayBuffer>)
          } catch (err) {
            place[Symbol.dispose]()
            throw err
          }
          place[Symbol.dispose]()
          controller.close()
        },
        async cancel() {
          left.abort()
          place[Symbol.dispose]()
          // A read that still waits for its disk is not waited for.
          await entries[Symbol.asyncDispose]()
        },
      },
      { highWaterMark: 0 },
    )
    return c.body(body, 200, headers)
  }
}

const BUSY = `the server is sending ${MAX_SENT} archives already; try again when one of them is finished`
const RETRY_AFTER = '5'
