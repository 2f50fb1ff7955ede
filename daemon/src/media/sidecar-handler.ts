import {
  type Core,
  CoreError,
  DiskFile,
  type Library,
  openFile,
  type OpenFileDeps,
  parseSidecarFile,
  withoutAlias,
} from '@spacedrive/core'
import { ContentId, GIVEN_UP, type Sidecar } from '@spacedrive/core/domain'
import { HttpError } from '../http/problem.ts'
import { type MediaContext, sendFile, type SendDeps } from './send-file.ts'

export interface SidecarDeps extends SendDeps, OpenFileDeps {
  readonly core: Core
}

/** Files with a version in their address never change, so browsers may cache them for ever. */
const IMMUTABLE = 'private, max-age=31536000, immutable'
const CHANGING = 'private, no-cache'
/** In seconds. A thumbnail takes less, and a user would not wait longer. */
const RETRY_AFTER = '1'
const ETAG_DIGITS = 32
const NS_RADIX = 36

/** `/sidecar/<library>/<content>/<folder of its kind>/<file>?v=<version>` */
export function sidecarHandler(deps: SidecarDeps): (c: MediaContext) => Promise<Response> {
  return async (c) => {
    const { content = '', file = '', folder = '', library: reference } = c.req.param()
    const contentId = ContentId.safeParse(content)
    const named = parseSidecarFile(folder, withoutAlias(folder, file))
    if (!contentId.success || !named)
      throw new CoreError('InvalidInput', `${content}/${folder}/${file} is not the address of a sidecar`)
    const key = { contentId: contentId.data, ...named }
    const library = deps.core.libraries.resolve(reference)
    const sidecar = await library.sidecars.views.find(key)
    if (!sidecar?.path || sidecar.checksum === null) return missing(c, key, sidecar, library)
    const opened = await openFile(sidecar.path, deps, c.req.raw.signal)
    const isVersioned = sidecar.versions.includes(c.req.query('v') ?? '')
    return sendFile(
      c,
      new DiskFile(opened),
      {
        name: file,
        mime: null,
        // It may be written anew behind our back.
        etag: `${sidecar.checksum.slice(0, ETAG_DIGITS)}-${opened.stats.mtimeNs.toString(NS_RADIX)}`,
        cacheControl: isVersioned ? IMMUTABLE : CHANGING,
      },
      deps,
    )
  }
}

type Key = { contentId: ContentId } & NonNullable<ReturnType<typeof parseSidecarFile>>

/** Answers for a missing sidecar: the reason, or with `?generate=1` a 202 after queueing it. */
async function missing(c: MediaContext, key: Key, sidecar: Sidecar | null, { sidecars }: Library): Promise<Response> {
  const { contentId, kind, variant } = key
  const what = `the ${kind} ${variant} of ${contentId}`
  const { error = null, state = 'absent' } = sidecar ?? {}
  const notThere = (why: string) => new HttpError(404, 'NotFound', `${what} ${why}`, {}, { state, error })
  if (state === 'failed' && error?.code !== GIVEN_UP) throw notThere(`could not be generated: ${error?.message}`)
  const isElsewhere = sidecars.exchange
    .holders(contentId, kind)
    .some((holder) => holder.online && holder.variant === variant)
  const blocker = state === 'generating' || isElsewhere ? null : await sidecars.requests.blocker(kind)
  if (blocker !== null) throw notThere(`cannot be made now: ${blocker}`)
  if (c.req.query('generate') !== '1') throw notThere('is not made yet')
  await sidecars.requests.path(contentId, kind, variant)
  const soon = { 'retry-after': RETRY_AFTER, 'cache-control': 'no-store' }
  return c.json({ state: state === 'generating' ? state : 'pending' }, 202, soon)
}
