import { type ContentId, GIVEN_UP, type Sidecar, type SidecarKind, sidecarKindFacts } from '../../domain/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import { CoreError } from '../../util/errors.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import { formatSidecarAddress, isPattern, parseSidecarAddress, SIDECAR_SCHEME } from '../files/address.ts'
import { generatorOf } from '../generators/generator-of.ts'
import type { Generator } from '../generators/index.ts'
import type { PeerSidecars } from '../peers/peer-sidecars.ts'
import { outputsOf } from '../queue/policy.ts'
import { contentRow } from '../rows/row.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import type { MakeOnRequest } from '../run/make-on-request.ts'
import type { PendingFetcher } from '../run/pending-fetcher.ts'
import type { SidecarRunner } from '../run/sidecar-runner.ts'
import { contentRowsOf } from '../views/kind-states.ts'
import type { SidecarViews } from '../views/sidecar-views.ts'

export interface SidecarRequestsDeps {
  readonly store: LibraryStore
  readonly rows: SidecarRows
  readonly views: SidecarViews
  readonly runner: SidecarRunner
  readonly onRequest: MakeOnRequest
  readonly fetcher: PendingFetcher
  readonly generators: () => readonly Generator[]
  readonly peers: () => PeerSidecars | null
}

/**
 * How to handle a sidecar that does not exist yet. `local`: report its state. `now`: fetch it from another device, or
 * else make it. `generate`: make it here. `fetch`: fetch it. `later`: queue it.
 */
export type ResolveMode = 'local' | 'now' | 'generate' | 'fetch' | 'later'

export interface AddressedSidecar extends Sidecar {
  readonly contentId: ContentId
  readonly address: string
}

/** One variant of a content's sidecars. */
interface VariantOf {
  readonly contentId: ContentId
  readonly kind: SidecarKind
  readonly variant: string
}

/** Limit on sidecars that one address names. */
const MAX_LISTED = 10_000

/** Finds sidecars by name, and makes or fetches missing ones at once. */
export class SidecarRequests {
  readonly #deps: SidecarRequestsDeps

  constructor(deps: SidecarRequestsDeps) {
    this.#deps = deps
  }

  /**
   * The path of a sidecar; null if it is not ready. A pending or missing one is then queued before all others. Throws
   * `NotFound` and `Unsupported`.
   */
  async path(contentId: ContentId, kind: SidecarKind, name: string): Promise<string | null> {
    const variant = name === sidecarKindFacts[kind].folder ? 'default' : name
    const path = await this.#ensure({ contentId, kind, variant }, 'later')
    if (path === null) await this.#deps.onRequest.begin(contentId, kind)
    return path
  }

  /**
   * Finds the sidecars that an address or a pattern names. A single missing sidecar is handled according to `mode`.
   * Throws `InvalidInput` and `NotFound`.
   */
  async resolve(address: string, mode: ResolveMode, signal: AbortSignal): Promise<AddressedSidecar[]> {
    const parsed = parseSidecarAddress(address)
    const { content, file, kinds } = parsed
    // Throws `NotFound` for an unknown content.
    if (!isPattern(content)) await this.#assertKnown(content as ContentId, mode, signal)
    const isOne = !isPattern(content) && !isPattern(file) && kinds.length === 1
    if (isOne && mode !== 'local') {
      const variant = file.slice(0, file.lastIndexOf('.'))
      await this.#obtain({ contentId: content as ContentId, kind: kinds[0]!, variant }, mode, signal)
    }
    const found = await this.#deps.rows.views.named(parsed, MAX_LISTED)
    const contents = [...new Set(found.map(({ contentId }) => contentId))]
    const names = new Set(found.map(formatSidecarAddress))
    const items: AddressedSidecar[] = []
    for (const contentId of contents) {
      for (const item of await this.#deps.views.list(contentId)) {
        const name = formatSidecarAddress({ contentId, ...item })
        if (names.has(name)) items.push({ ...item, contentId, address: name })
      }
    }
    return items
  }

  /** The path of a file, given by its path or by the address of one sidecar. Throws `NotFound`. */
  async pathAt(reference: string, signal: AbortSignal): Promise<string> {
    if (!reference.startsWith(SIDECAR_SCHEME)) return reference
    const [found, another] = await this.resolve(reference, 'local', signal)
    if (found?.state === 'ready' && found.path && !another) return found.path
    const problem = another ? 'names several sidecars' : found ? `is ${found.state}` : 'does not exist'
    throw new CoreError('NotFound', `${reference} ${problem}; see \`spacedrive sidecar list <path>\``)
  }

  /**
   * One line: why sidecars of a kind cannot be made now; null if they can. Throws `Unsupported` if no generator makes
   * the kind.
   */
  async blocker(kind: SidecarKind): Promise<string | null> {
    const generator = generatorOf(kind, this.#deps.generators())
    const held = (await this.#deps.runner.holds()).find((each) => each.kind === kind)
    return held?.reason ?? (await generator.unavailable?.()) ?? null
  }

  /** The path of a sidecar; null if it is not ready, in which case it is queued. */
  async #ensure({ contentId, kind, variant }: VariantOf, mode: ResolveMode): Promise<string | null> {
    const { rows, runner, views } = this.#deps
    const sidecars = await views.list(contentId)
    const row = sidecars.find((each) => each.kind === kind && each.variant === variant)
    if (row?.state === 'ready' && row.path) return row.path
    if (row?.error?.code === GIVEN_UP) await rows.queue.requeue({ contentId, kind, variant })
    if (!row) {
      const generator = generatorOf(kind, this.#deps.generators())
      const outputs = outputsOf(generator, [variant])
      if (outputs.length === 0)
        throw new CoreError('NotFound', `there is no ${kind} ${variant}; there are ${generator.variants.join(', ')}`)
      for (const output of outputs) await rows.queue.ensure(contentId, generator, output)
    }
    // Otherwise, the job might make the sidecar before it is fetched.
    if (mode !== 'fetch' && mode !== 'generate') await runner.startIfPending()
    return null
  }

  /**
   * Makes sure that the content is in the index. If only other devices have a file of it, adds it. Throws `NotFound`.
   */
  async #assertKnown(contentId: ContentId, mode: ResolveMode, signal: AbortSignal): Promise<void> {
    const { peers, rows, store } = this.#deps
    const isFetched = mode === 'fetch' || mode === 'now'
    if (isFetched && !store.readOnly && !contentRowsOf(store.connection, [contentId]).has(contentId)) {
      const content = await peers()?.identify(contentId, signal)
      if (content) await rows.exchange.adopt(contentId, content)
    }
    await contentRow(store, contentId)
  }

  /** Queues a missing sidecar, and unless the mode is `later`, waits until it is fetched or made. */
  async #obtain(of: VariantOf, mode: ResolveMode, signal: AbortSignal): Promise<void> {
    const { fetcher, onRequest, store } = this.#deps
    const path = await this.#ensure(of, mode)
    if (path !== null || mode === 'later') return
    const contentRowId = await contentRow(store, of.contentId)
    const generator = generatorOf(of.kind, this.#deps.generators())
    const making =
      mode === 'fetch'
        ? fetcher.fetch(generator, [contentRowId], { asks: true, signal })
        : onRequest.make(generator, contentRowId, { ownOnly: mode === 'generate' })
    await untilAborted<unknown>(making, signal)
  }
}
