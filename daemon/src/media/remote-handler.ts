import { type Core, CoreError, displayName, type FileRef, pathRef } from '@spacedrive/core'
import { ContentId } from '@spacedrive/core/domain'
import { HttpError } from '../http/problem.ts'
import { type MediaContext, sendFile, type SendDeps } from './send-file.ts'

export interface RemoteDeps extends SendDeps {
  readonly core: Core
}

const FILE_CACHE = 'private, no-cache'
/** Files with a version in their address never change, so browsers may cache them for ever. */
const IMMUTABLE = 'private, max-age=31536000, immutable'
/** In seconds. The other device needs less for a thumbnail, and a user would not wait longer. */
const RETRY_AFTER = '1'

/** `/remote/<device>/file/<name>?path=` or `?content=`: a file of a paired device, with ranges. */
export function remoteFileHandler(deps: RemoteDeps): (c: MediaContext) => Promise<Response> {
  return async (c) => {
    const source = deps.core.sources.device(c.req.param('device') ?? '')
    const file = await source.open(refOf(c), {}, c.req.raw.signal).catch(refusedThere)
    const facts = { name: displayName(file.name), mime: null, etag: file.etag, cacheControl: FILE_CACHE }
    return sendFile(c, file, facts, deps)
  }
}

/** `/remote/<device>/thumb?path=` or `?content=`, with `variant=` and, to be kept for good, `v=<version>`. */
export function remoteThumbHandler(deps: RemoteDeps): (c: MediaContext) => Promise<Response> {
  return async (c) => {
    const { core } = deps
    const variant = c.req.query('variant') ?? 'grid@2x'
    const device = c.req.param('device') ?? ''
    const thumb = await core.sources.device(device).thumb(refOf(c), variant, c.req.raw.signal).catch(refusedThere)
    if (thumb.state === 'none')
      throw new HttpError(404, 'NotFound', `the other device has no thumbnail: ${thumb.reason}`)
    if (thumb.state === 'pending')
      return c.json({ state: 'pending' }, 202, { 'retry-after': RETRY_AFTER, 'cache-control': 'no-store' })
    const etag = `"${thumb.checksum.slice(0, 32)}"`
    const headers = { etag, 'cache-control': c.req.query('v') ? IMMUTABLE : FILE_CACHE }
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
    return c.body(thumb.bytes, 200, { ...headers, 'content-type': 'image/webp' })
  }
}

/** 403 instead of 401: the client is signed in, but the other device refuses. */
export function refusedThere(err: unknown): never {
  if (err instanceof CoreError && err.code === 'NotAuthorised') throw new HttpError(403, 'NotAuthorised', err.message)
  throw err
}

/** Throws `InvalidInput` where neither is said, or the path is no path. */
function refOf(c: MediaContext): FileRef {
  const content = c.req.query('content')
  if (content !== undefined) {
    const contentId = ContentId.safeParse(content)
    if (!contentId.success) throw new CoreError('InvalidInput', `${content} is not a content id`)
    return { content: contentId.data }
  }
  const path = c.req.query('path')
  if (!path) throw new CoreError('InvalidInput', 'pass `path` or `content`')
  return pathRef(path)
}
