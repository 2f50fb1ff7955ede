import type { Duplex } from 'node:stream'
import { threadDisk } from '../../../sources/user-disk.ts'
import { loadBlake3 } from '../../../util/blake3.ts'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import { heard } from '../../../util/heard.ts'
import { PrivateFiles, type PrivatePlaces } from '../../../util/private-files.ts'
import { serveRequests } from '../../../workers/serve-requests.ts'
import { BulkListener, dialBulk } from '../../bulk/index.ts'
import { ContentCheck } from './content-check.ts'
import { FetchFiles } from './fetch-files.ts'
import { discardPlan, itemsOf, keyOfPath, numbersIn, openPlan, type Plan, renamedIn } from './fetch-plan.ts'
import { Hashers } from './hashers.ts'
import type { Answered, Asked, FetchChannel, TransferNews, TransferRequest, TransferVerb } from './messages.ts'
import { portDuplex } from './port-duplex.ts'
import { RateLimit } from './rate-limit.ts'
import { serveFiles } from './serve-files.ts'
import { WalkBudget, type WalkShare } from './walk-budget.ts'
import { bytesOfNames, type OwnItem, walkSource } from './walk-source.ts'

/** Maximum number of bytes of names in one message. The longest item is smaller than this. */
const MAX_PAGE_BYTES = 786_432
/** Minimum time between two progress reports, in milliseconds. */
const NEWS_MS = 100

interface Serving {
  readonly source: string
  readonly ending: AbortController
  readonly expecting: Disposable
}

interface Fetching {
  readonly plan: Plan
  readonly files: FetchFiles
  readonly ending: AbortController
}

/**
 * This module must not use a top-level `await`: V8 ends the process if a thread is ended while such a module is
 * loading.
 */
const loading = heard(loadBlake3())
const hashers = new Hashers()
const limit = new RateLimit(null)
/** Limits all lists together, including unfinished ones. */
const budget = new WalkBudget()
const walks = new Map<string, AbortController>()
const sources = new Map<string, { readonly items: readonly OwnItem[]; readonly share: WalkShare }>()
const servings = new Map<string, Serving>()
const fetches = new Map<string, Fetching>()
/** Plans of fetches that are being opened. Their names are reserved. */
const opening = new Map<string, Plan>()
let listening: Promise<BulkListener> | null = null

const answers: { [V in TransferVerb]: (asked: Asked<V>) => Promise<Answered<V>> } = {
  async openSource({ device, privatePlaces, source, roots }) {
    const wanted = roots.map(({ path, name }) => ({ path: Buffer.from(path), name }))
    const walking = new AbortController()
    walks.set(source, walking)
    const share = budget.share(device)
    try {
      const guard = privatePlaces === null ? null : guardOf(privatePlaces)
      const { items, leftOut, leftOutCount } = await walkSource(wanted, { guard, share, signal: walking.signal })
      sources.set(source, { items, share })
      return {
        count: items.length,
        files: items.filter(({ kind }) => kind === 'file').length,
        bytes: items.reduce((sum, { size }) => sum + size, 0),
        leftOut,
        leftOutCount,
      }
    } catch (err) {
      share[Symbol.dispose]()
      throw err
    } finally {
      walks.delete(source)
    }
  },
  async sourcePage({ source, from, count }) {
    return pageOf(itemsIn(source), { from, count }).map(({ kind, mode, mtimeMs, names, size }) => ({
      kind,
      mode,
      mtimeMs,
      names,
      size,
    }))
  },
  async closeSource({ source }) {
    walks.get(source)?.abort(new CoreError('Cancelled', 'the request for the list of files was cancelled'))
    sources.get(source)?.share[Symbol.dispose]()
    sources.delete(source)
    return null
  },
  async serve({ channel, source, own, peerKey, port: wanted }) {
    listening ??= BulkListener.open({ port: wanted })
    const listener = await listening.catch((err: unknown) => {
      listening = null
      throw err
    })
    const expecting = listener.expect(channel, { own, peerKey }, (socket) => void serveOver(channel, socket))
    servings.set(channel, { source, ending: new AbortController(), expecting })
    return { port: listener.port }
  },
  async servePort({ channel, port: other }) {
    void serveOver(channel, portDuplex(other))
    return null
  },
  async meet({ channel, ...where }) {
    const serving = servings.get(channel)
    if (serving) void (await listening)?.meet(where, serving.ending.signal)
    return null
  },
  async closeServing({ channel }) {
    const serving = servings.get(channel)
    servings.delete(channel)
    serving?.expecting[Symbol.dispose]()
    serving?.ending.abort()
    return null
  },
  async openFetch({ fetch, folder, items, destination, content, origin, preserve }) {
    const plan = openPlan(folder, {
      items,
      destination,
      preserve,
      mark: fetch.slice(-8),
      taken: takenNames(),
      disk: threadDisk,
    })
    // Set this before the first `await`. Otherwise another fetch that is being opened could plan the same names.
    opening.set(fetch, plan)
    using _opening = { [Symbol.dispose]: () => void opening.delete(fetch) }
    const news = new Lately((progress: { files: number; bytes: number }) =>
      tell({ news: 'progress', fetch, ...progress }),
    )
    const files = await FetchFiles.open({
      folder,
      items: itemsOf(plan),
      mark: plan.mark,
      content: content && (await ContentCheck.load(content)),
      origin,
      blake3: await loading,
      hashers,
      disk: threadDisk,
      onProgress: (progress) => news.tell(progress),
    })
    fetches.set(fetch, { plan, files, ending: new AbortController() })
    void tellEnd(fetch, files)
    const planned = plan.items.filter(({ kind }) => kind === 'file')
    return {
      ...files.progress,
      totalFiles: planned.length,
      totalBytes: planned.reduce((sum, { size }) => sum + size, 0),
      tops: plan.items.filter(({ names }) => names.length === 1).map(({ target }) => target),
      ...('folder' in destination ? renamedIn(plan) : { renamed: [], renamedCount: 0 }),
    }
  },
  async fetch({ own, peerKey, addresses, from, ...of }) {
    const { ending } = fetchOf(of.fetch)
    const socket = await dialBulk({ addresses, channel: of.channel, expected: { own, peerKey }, from }, ending.signal)
    void fetchOver(of, socket).catch(() => socket.destroy())
    return null
  },
  async fetchPort({ port: other, ...of }) {
    const channel = portDuplex(other)
    void fetchOver(of, channel).catch(() => channel.destroy())
    return null
  },
  async sourceGone({ fetch, name }) {
    fetches.get(fetch)?.files.sourceGone(name)
    return null
  },
  async closeFetch({ fetch }) {
    const { files, ending } = fetchOf(fetch)
    fetches.delete(fetch)
    ending.abort(new CoreError('Cancelled', 'the transfer was stopped'))
    files.close()
    return files.result()
  },
  async discardFetch({ folder }) {
    discardPlan(folder, threadDisk)
    return null
  },
  async limit({ bytesPerSecond }) {
    limit.bytesPerSecond = bytesPerSecond
    return null
  },
}

const thread = serveRequests(
  async ({ verb, asked }: TransferRequest) => ({
    reply: await (answers[verb] as (asked: unknown) => Promise<unknown>)(asked),
  }),
  { sideBySide: true, hidesPathErrors: true },
)

async function serveOver(channel: string, socket: Duplex): Promise<void> {
  const serving = servings.get(channel)
  if (!serving) return void socket.destroy()
  const news = new Lately((bytes: number) => tell({ news: 'sent', channel, bytes }))
  let sent = 0
  const onSent = (bytes: number) => news.tell((sent += bytes))
  const items = itemsIn(serving.source)
  socket.on('error', () => socket.destroy())
  const blake3 = await loading
  await serveFiles(socket, { items, blake3, hashers, limit, onSent }, serving.ending.signal).catch(() =>
    socket.destroy(),
  )
  tell({ news: 'sent', channel, bytes: sent })
  tell({ news: 'serving-ended', channel })
}

async function fetchOver({ fetch, channel, name, items, compare }: FetchChannel, socket: Duplex): Promise<void> {
  const { plan, files } = fetchOf(fetch)
  await files.addChannel(socket, { name, numbers: numbersIn(plan, items), compare })
  tell({ news: 'channel-ended', fetch, channel })
}

async function tellEnd(fetch: string, files: FetchFiles): Promise<void> {
  const error = await files.ended.then(
    () => null,
    (err: unknown) => errorOf(err),
  )
  tell({ news: 'progress', fetch, ...files.progress })
  tell({ news: 'fetch-ended', fetch, error })
}

/** Shared by all walks, because it caches the files it has read. */
let guard: PrivateFiles | null = null
let sharedNow: readonly string[] = []

function guardOf({ folder, shared }: PrivatePlaces): PrivateFiles {
  sharedNow = shared
  guard ??= new PrivateFiles(folder, () => sharedNow)
  return guard
}

function pageOf(items: readonly OwnItem[], { from, count }: { from: number; count: number }): readonly OwnItem[] {
  let to = from
  for (let bytes = 0; to < Math.min(items.length, from + count); to++) {
    bytes += bytesOfNames(items[to]!)
    if (bytes > MAX_PAGE_BYTES && to > from) break
  }
  return items.slice(from, to)
}

/** Names that transfers to this device have reserved. */
function takenNames(): Set<string> {
  const plans = [...opening.values(), ...[...fetches.values()].map(({ plan }) => plan)]
  const tops = plans.flatMap(({ items }) => items.filter(({ names }) => names.length === 1))
  return new Set(tops.map(({ target }) => keyOfPath(target)))
}

function itemsIn(source: string): readonly OwnItem[] {
  const items = sources.get(source)?.items
  if (!items) throw new CoreError('NotFound', 'the offer was withdrawn')
  return items
}

function fetchOf(fetch: string): Fetching {
  const found = fetches.get(fetch)
  if (!found) throw new CoreError('NotFound', 'the transfer was stopped')
  return found
}

function tell(news: TransferNews): void {
  thread.tell(news)
}

function errorOf(err: unknown) {
  return err instanceof CoreError
    ? { code: err.code, message: err.message }
    : { code: 'Internal' as const, message: errorMessage(err) }
}

/** Reports values at intervals; only the latest value is reported. */
class Lately<T> {
  readonly #tell: (value: T) => void
  #last = Number.NEGATIVE_INFINITY

  constructor(tellIt: (value: T) => void) {
    this.#tell = tellIt
  }

  tell(value: T): void {
    const now = performance.now()
    if (now - this.#last < NEWS_MS) return
    this.#last = now
    this.#tell(value)
  }
}
