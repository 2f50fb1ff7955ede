import type { DeviceId, PeerKey } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import type { LinkEnd, LinkPath } from '../transport/transport.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import type { Peer, Protocol } from '../wire/protocol.ts'
import { type EndReason, endReasonOf } from './end-reasons.ts'
import { MAX_SESSION_LINKS } from './limits.ts'
import type { LiveLink } from './live-link.ts'
import { openProtocol } from './open-protocol.ts'

export interface SessionDeps {
  readonly id: DeviceId
  readonly key: PeerKey
  readonly ownKey: PeerKey
  /** The random number of the other device's start of networking. */
  readonly boot: string
  readonly clock: Clock
  /** The time of the other device's clock in its hello. */
  readonly theirClock: number
  readonly name: () => string
  /** Called once, when the last link has ended. */
  readonly onEnded: (session: Session, end: LinkEnd) => void
}

/**
 * A period in which one device is connected without a break. It runs over one link. If both devices dial at once,
 * there are two links for a moment: streams that are open on the replaced link stay there until they end.
 */
export class Session implements Peer {
  readonly id: DeviceId
  readonly key: PeerKey
  readonly boot: string
  /** Start of the session, in milliseconds since 1970. */
  readonly connectedAt: number
  /** The other device's clock minus this one's, in milliseconds, estimated from one message. */
  readonly skewMs: number
  readonly #deps: SessionDeps
  readonly #links = new Set<LiveLink>()
  readonly #ended = new AbortController()
  readonly #since: number
  #current: LiveLink | null = null

  constructor(deps: SessionDeps) {
    this.#deps = deps
    this.id = deps.id
    this.key = deps.key
    this.boot = deps.boot
    this.connectedAt = deps.clock.now()
    this.skewMs = deps.theirClock - this.connectedAt
    this.#since = deps.clock.ticks()
  }

  get name(): string {
    return this.#deps.name()
  }

  get signal(): AbortSignal {
    return this.#ended.signal
  }

  get lastedMs(): number {
    return this.#deps.clock.ticks() - this.#since
  }

  /** Round trip in milliseconds; null if not known yet. */
  get latencyMs(): number | null {
    return this.path()?.latencyMs ?? this.#current?.roundTripMs ?? null
  }

  path(): LinkPath | null {
    return this.#current?.link.path() ?? null
  }

  async open(protocol: Protocol, signal: AbortSignal): Promise<FrameStream> {
    const link = this.#current
    if (!link) throw new CoreError('Unavailable', `${this.name} is not connected any more`)
    return openProtocol(link, { name: this.name, protocol }, signal)
  }

  /** Adds a link. New streams use it if it is the preferred one. */
  add(link: LiveLink): void {
    this.#links.add(link)
    const stays = this.#current === null || this.#isPreferred(link, this.#current)
    const spare = stays ? this.#current : link
    if (stays) this.#current = link
    spare?.retire()
    if (this.#links.size > MAX_SESSION_LINKS) this.#oldestSpare()?.close('spare')
  }

  #oldestSpare(): LiveLink | undefined {
    return [...this.#links].find((link) => link !== this.#current)
  }

  /** Ends the session. Idempotent. */
  end(reason: EndReason): void {
    for (const link of this.#links) link.close(reason)
  }

  linkEnded(link: LiveLink, end: LinkEnd): void {
    this.#links.delete(link)
    if (this.#current === link) this.#current = [...this.#links].at(-1) ?? null
    // The reason `replaced` ends the whole session on the other side, even if this side still has another link.
    if (this.#current !== null && endReasonOf(end.reason) !== 'replaced') return
    if (this.signal.aborted) return
    this.#ended.abort()
    for (const other of this.#links) other.close('spare')
    this.#current = null
    this.#deps.onEnded(this, end)
  }

  /**
   * Whether a link is preferred to the current one. Both sides decide alike: of two links in opposite directions, the
   * one that the device with the smaller key dialled stays.
   */
  #isPreferred({ link }: LiveLink, current: LiveLink): boolean {
    if (link.dialled === current.link.dialled) return true
    return link.dialled === this.#deps.ownKey < this.key
  }
}
