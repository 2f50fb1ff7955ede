import type { z } from 'zod'
import type { ContentId, LibraryId, SidecarKind } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Grants } from '../grants/grants.ts'
import type { Membership } from '../membership/index.ts'
import type { Transfers } from '../transfer/index.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import type { Peer, Peers } from '../wire/protocol.ts'
import { answering } from '../wire/rpc.ts'
import { toldError } from '../wire/told-error.ts'
import { sendDigest } from './digest-stream.ts'
import type { OwnSidecars } from './own-sidecars.ts'
import { DigestAsked, digestProtocol, sidecars, TransferSpec } from './protocol.ts'
import type { SidecarLibrary } from './shared-library.ts'

export interface ServeSidecarsDeps {
  readonly peers: Peers
  readonly membership: Membership
  readonly grants: Grants
  readonly transfers: Transfers
  readonly own: OwnSidecars
  /** The open libraries. */
  readonly libraries: () => readonly SidecarLibrary[]
  /** Called when a device has reported that its sidecars have changed. */
  readonly onChanged: (library: LibraryId, peer: Peer) => void
}

/** Number of answers that are looked up before other work gets its turn. */
const ANSWERS_PER_TURN = 100

/** Answers other members of the libraries: digests, facts about sidecars, and sidecar files. Stops when disposed. */
export function serveSidecars(deps: ServeSidecarsDeps): Disposable {
  const { grants, membership, onChanged, peers, transfers } = deps
  const parts = new DisposableStack()
  parts.use(
    peers.handle(
      answering(sidecars, {
        changed: async ({ library }, peer) => {
          allowed(deps, library, peer)
          onChanged(library, peer)
          return {}
        },
        who: async ({ items, library }, peer, signal) => ({
          found: await answer(allowed(deps, library, peer), items, signal),
        }),
        content: async ({ content, library }, peer) => allowed(deps, library, peer).sidecars.exchange.identity(content),
      }),
    ),
  )
  parts.use(
    peers.handle({ protocol: digestProtocol, serve: (stream, peer, signal) => tell(deps, stream, peer, signal) }),
  )
  parts.use(
    transfers.resolve({
      kind: 'sidecars',
      spec: TransferSpec,
      resolve: async ({ items, library: id }: z.output<typeof TransferSpec>, peer: Peer) => {
        const library = allowed(deps, id, peer)
        const roots = items.flatMap(({ content: contentId, format, kind, variant }, index) => {
          const found = library.sidecars.exchange.ready(contentId, kind, variant).find((each) => each.format === format)
          const name = Buffer.from(String(index))
          return found ? [{ path: Buffer.from(library.sidecars.exchange.fileOf(found)), name }] : []
        })
        if (roots.length === 0) throw new CoreError('NotFound', 'none of the requested sidecars exists any more')
        const isAllowed = () => membership.isMember(id, peer.id) && grants.has(peer.id, 'sidecars')
        return { roots, title: 'sidecars', isListed: false, isOwn: true, isAllowed }
      },
    }),
  )
  return parts
}

/**
 * The library, if the device may fetch its sidecars. Throws `NotFound` for a device that is not a member, so that it
 * does not learn whether the library exists.
 */
function allowed({ grants, libraries, membership }: ServeSidecarsDeps, id: LibraryId, peer: Peer): SidecarLibrary {
  const library = libraries().find((each) => each.id === id)
  if (!library || !membership.isMember(id, peer.id))
    throw new CoreError('NotFound', 'the other device does not share this library with you')
  grants.require(peer.id, 'sidecars')
  return library
}

async function answer(
  { sidecars: { exchange: own } }: SidecarLibrary,
  items: readonly { content: ContentId; kind: SidecarKind; variant: string }[],
  signal: AbortSignal,
) {
  const found = []
  for (const [index, { content, kind, variant }] of items.entries()) {
    if (index > 0 && index % ANSWERS_PER_TURN === 0) await new Promise(setImmediate)
    signal.throwIfAborted()
    for (const { checksum, engine, findings, format, recipe, size } of own.ready(content, kind, variant)) {
      const { colour = null, thumbhash = null } = findings
      found.push({ index, format, size, checksum, engine, recipe, colour, thumbhash })
    }
  }
  return found
}

async function tell(deps: ServeSidecarsDeps, stream: FrameStream, peer: Peer, signal: AbortSignal): Promise<void> {
  const asked = await stream.receive(DigestAsked)
  if (!asked) return
  let library
  try {
    library = allowed(deps, asked.library, peer)
  } catch (err) {
    if (!(err instanceof CoreError)) throw err
    await stream.send({ refused: toldError(err).message })
    await stream.finish()
    return
  }
  const digest = await deps.own.digest(library, asked.since)
  signal.throwIfAborted()
  await sendDigest(stream, digest)
}
