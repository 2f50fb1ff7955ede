import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { ThreadDisk } from '../../../sources/user-disk.ts'
import type { Blake3 } from '../../../util/blake3.ts'
import { CoreError, type ErrorCode, errorMessage, systemCode, systemReason } from '../../../util/errors.ts'
import { pathErrorCode } from '../../../util/path-error.ts'
import { CHUNK_BYTES, HASH_BYTES, type Reply, ReplyReader } from '../../bulk/index.ts'
import { Assemblies, type Assembly } from './assemblies.ts'
import type { ContentCheck } from './content-check.ts'
import { DoneRecord } from './done-record.ts'
import { type Asked, type ChannelOptions, FetchChannel } from './fetch-channel.ts'
import type { FetchFailure, FetchItem, FetchResult } from './fetch-item.ts'
import type { Hashers } from './hashers.ts'
import { lengthOf } from './part-file.ts'
import {
  type FolderMark,
  giveName,
  markOfFolder,
  partPath,
  requireFolder,
  setFileDetails,
  setFolderDetails,
  writeWhole,
} from './place-file.ts'
import { makeOwnFolder } from './plan-targets.ts'
import { chunksOf, RequestOrder } from './request-order.ts'
import { SourceAgreement } from './source-agreement.ts'

/** Maximum number of failures that are listed one by one. */
const MAX_FAILURES = 1_000

export interface FetchDeps {
  /** A private folder that records the progress. */
  readonly folder: string
  readonly items: readonly FetchItem[]
  /** A random text that is part of the names of unfinished files: `.<mark>.part`. */
  readonly mark: string
  /** Checks the only file before it gets its name; null if its content is not known. */
  readonly content: ContentCheck | null
  /** The origin that is written to the attributes of each file; null if none is written. */
  readonly origin: string | null
  readonly blake3: Blake3
  readonly hashers: Hashers
  readonly disk: ThreadDisk
  /** Called for each chunk or file that was written. */
  readonly onProgress: (progress: { files: number; bytes: number }) => void
  /** `STALL_MS` by default. */
  readonly stallMs?: number
}

/**
 * Fetches files from one device, or one file from several. Every chunk has its BLAKE3, every file of several chunks has
 * a second hash of the whole file, and a file gets its name only after these are checked. Finished chunks are kept:
 * after a lost connection or a kill, only the missing ones are requested.
 */
export class FetchFiles {
  readonly #deps: FetchDeps
  readonly #done: DoneRecord
  readonly #assemblies: Assemblies
  readonly #order: RequestOrder
  /** The target folders, by path, as they were when the fetch was opened. */
  readonly #folders = new Map<string, FolderMark>()
  readonly #channels = new Set<FetchChannel>()
  readonly #failures: FetchFailure[] = []
  readonly #liars = new Set<string>()
  #isRefused = false
  #hasEnded = false
  #unmarked: string | null = null
  readonly #ended = Promise.withResolvers<void>()
  #failed = 0
  #files = 0
  #bytes = 0
  #open = 0
  /** Used if a single file comes from several sources: finds out which version most of them have. */
  readonly #agreement = new SourceAgreement(() => this.#agree({ isLate: true }))
  readonly #controller = new AbortController()

  private constructor(deps: FetchDeps) {
    this.#deps = deps
    this.#done = new DoneRecord(join(deps.folder, 'done'))
    this.#assemblies = new Assemblies(deps, this.#controller.signal)
    this.#order = new RequestOrder({ items: deps.items, done: this.#done, assemblies: this.#assemblies })
    // The promise may fail before it is awaited.
    this.#ended.promise.catch(() => {})
  }

  /** Creates the folders and finds the data that is already there. Throws if the target cannot be written. */
  static async open(deps: FetchDeps): Promise<FetchFiles> {
    const fetch = new FetchFiles(deps)
    await fetch.#prepare()
    return fetch
  }

  /** Finished bytes and files. */
  get progress(): { files: number; bytes: number } {
    return { files: this.#files, bytes: this.#bytes }
  }

  /** Whether no item is left to fetch. */
  get isComplete(): boolean {
    return this.#open === 0
  }

  async #prepare(): Promise<void> {
    const { items } = this.#deps
    for (const [index, item] of items.entries()) {
      if (item.kind === 'directory') {
        makeOwnFolder(item.target, this.#deps.disk)
        this.#remember(item.target)
        continue
      }
      if (!this.#folders.has(keyOf(folderOf(item)))) this.#remember(folderOf(item))
      await this.#prepareFile(index, item)
    }
  }

  #remember(folder: Buffer): void {
    const mark = markOfFolder(folder)
    if (mark) this.#folders.set(keyOf(folder), mark)
  }

  /** Throws `Conflict` if the folder of an item has been replaced, for example by a link to another place. */
  #requireFolderOf(item: FetchItem): void {
    const folder = folderOf(item)
    const mark = this.#folders.get(keyOf(folder))
    if (mark) requireFolder(folder, mark)
  }

  async #prepareFile(index: number, item: FetchItem): Promise<void> {
    if (this.#done.has(index)) {
      try {
        // The process was killed after it had recorded the file, but before it renamed the file.
        if (lstatSync(this.#partOf(item), { throwIfNoEntry: false }))
          giveName(this.#partOf(item), item, this.#deps.disk)
      } catch (err) {
        if (!isOfOneFile(err)) throw err
        this.#open++
        return this.#fail(index, failureOf(err))
      }
      this.#files++
      this.#bytes += item.size
      return
    }
    this.#open++
    // Unfinished large files are checked now, to find out which chunks are finished. The others are checked when it is
    // their turn.
    if (item.size > CHUNK_BYTES && lstatSync(this.#partOf(item), { throwIfNoEntry: false })) {
      const { part } = await this.#assemblies.open(index)
      this.#bytes += part.doneBytes
    }
  }

  /**
   * Fetches over one more channel, until all is done or the channel ends. Its unanswered requests go to the other
   * channels or to the next one.
   */
  async addChannel(socket: Duplex, options: ChannelOptions): Promise<void> {
    if (this.#isRefused) return void socket.destroy()
    const channel = new FetchChannel(socket, options, this.#deps)
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    let work = Promise.resolve()
    const reader = new ReplyReader({
      onHead: (head) => channel.expect(head),
      onReply: (reply) => {
        work = work
          .then(() => this.#take(channel, reply))
          .catch((err: unknown) => this.#lose(channel, err))
          .finally(() => reply.type === 'chunk' && reader.reuse(reply.bytes))
      },
    })
    socket.on('data', (piece: Buffer) => {
      try {
        channel.heard()
        reader.push(piece)
      } catch (err) {
        this.#lose(channel, err)
      }
    })
    socket.once('close', end)
    socket.once('error', () => socket.destroy())
    this.#channels.add(channel)
    if (options.compare > 0) this.#askForHashes(channel, options.compare)
    else this.#ask(channel)
    if (this.isComplete) socket.end()
    this.#ended.promise.then(
      () => socket.end(),
      () => socket.destroy(),
    )
    await ended
    await work
    this.#channels.delete(channel)
    // Its unanswered requests go to the other channels, in the same order.
    this.#order.again(channel.end())
    this.sourceGone(channel.name)
  }

  /** Reports that an expected source will not connect, or has disconnected. */
  sourceGone(name: string): void {
    this.#agreement.gone(name)
    if (this.#agreement.isAwaited) this.#agree({ isLate: false })
    else for (const other of this.#channels) this.#ask(other)
  }

  /** Resolves when nothing is left to fetch. Rejects if nothing more can be written, for example on a full disk. */
  get ended(): Promise<void> {
    if (this.isComplete) this.#end()
    return this.#ended.promise
  }

  result(): FetchResult {
    return {
      ...this.progress,
      failures: this.#failures,
      failed: this.#failed,
      liars: [...this.#liars],
      unmarked: this.#unmarked,
      isRefused: this.#isRefused,
    }
  }

  /** Ends the channels and keeps the received data. */
  close(): void {
    this.#controller.abort(new CoreError('Cancelled', 'the transfer was stopped'))
    this.#agreement.close()
    for (const { socket } of this.#channels) socket.destroy()
    this.#assemblies.closeAll()
    this.#done.close()
  }

  /** Requests chunks from a channel. If several sources must agree, no chunk is requested before they do. */
  #ask(channel: FetchChannel): void {
    const { socket } = channel
    if (!this.#channels.has(channel) || socket.destroyed || !this.#agreement.believes(channel.hashes)) return
    socket.cork()
    while (channel.hasRoom) {
      const request = this.#order.next()
      if (!request) break
      if (channel.has(request.item)) channel.send(request)
      else if ([...this.#channels].some((other) => other.has(request.item))) {
        this.#order.again([request])
        break
      } else this.#fail(request.item, GONE)
    }
    socket.uncork()
  }

  #lose(channel: FetchChannel, err: unknown): void {
    if (err instanceof CoreError && err.code === 'Corrupt') this.#liars.add(channel.name)
    channel.lose()
  }

  async #take(channel: FetchChannel, reply: Reply): Promise<void> {
    if (this.#controller.signal.aborted || channel.isLost) return
    const asked = channel.take()
    const { item } = asked.request
    if (!this.#done.has(item)) await this.#use(channel, { asked, reply: { ...reply, item } })
    this.#ask(channel)
  }

  async #use(channel: FetchChannel, { asked, reply }: { asked: Asked; reply: Reply }): Promise<void> {
    const { item: index } = reply
    try {
      if (reply.type === 'failed') this.#failAt(channel, reply)
      else if (reply.type === 'chunk-hashes') this.#compare(channel, reply.hashes)
      else if (reply.type === 'full-hash') await this.#finish(index, { channel, hash: reply.hash })
      else if (this.#deps.items[index]!.size <= CHUNK_BYTES) this.#writeSmall(index, { channel, reply })
      else await this.#writeChunk(index, { channel, reply })
    } catch (err) {
      this.#controller.signal.throwIfAborted()
      if (isOfOneFile(err)) return this.#fail(index, failureOf(err))
      // The request must not be lost: another device may answer it.
      channel.putBack(asked)
      if (!(err instanceof CoreError)) this.#ended.reject(asDiskError(err))
      throw err
    }
  }

  /**
   * Checks the bytes of a chunk, and returns their BLAKE3. If the sources have agreed on chunk hashes, the bytes must
   * match them.
   */
  #checkChunk(channel: FetchChannel, { offset, hash, bytes }: Reply & { type: 'chunk' }): Uint8Array {
    const wanted = this.#agreement.hashAt(offset) ?? hash
    const own = this.#deps.blake3.hash(bytes)
    if (Buffer.compare(own, wanted) === 0) return own
    throw new CoreError('Corrupt', `${channel.name} sent bytes that are not those of the file`)
  }

  #writeSmall(index: number, { channel, reply }: { channel: FetchChannel; reply: Reply & { type: 'chunk' } }): void {
    const item = this.#deps.items[index]!
    if (reply.bytes.length !== item.size) throw new CoreError('Corrupt', `${channel.name} sent a file of another size`)
    const hash = this.#checkChunk(channel, reply)
    this.#checkWhole(item, { channel, hash })
    this.#requireFolderOf(item)
    writeWhole(this.#partOf(item), reply.bytes, this.#deps.disk)
    this.#checkContent(item, { channel, hash })
    this.#bytes += item.size
    this.#complete(index, item)
  }

  async #writeChunk(
    index: number,
    { channel, reply }: { channel: FetchChannel; reply: Reply & { type: 'chunk' } },
  ): Promise<void> {
    const { size } = this.#deps.items[index]!
    const chunk = reply.offset / CHUNK_BYTES
    if (reply.bytes.length !== lengthOf(chunk, size))
      throw new CoreError('Corrupt', `${channel.name} sent a file of another size`)
    this.#checkChunk(channel, reply)
    if (!this.#assemblies.known(index)) this.#requireFolderOf(this.#deps.items[index]!)
    const assembly = await this.#assemblies.open(index)
    this.#controller.signal.throwIfAborted()
    if (assembly.part.has(chunk)) return
    assembly.part.write(chunk, reply)
    if (assembly.hashedTo === chunk) {
      assembly.hasher.update(reply.bytes)
      assembly.hashedTo++
    }
    this.#bytes += reply.bytes.length
    if (assembly.part.isComplete) this.#order.again([{ type: 'full-hash', item: index }])
    this.#deps.onProgress(this.progress)
  }

  /** Checks a file whose chunks have all arrived, against the hash that was requested then. */
  async #finish(index: number, { channel, hash }: { channel: FetchChannel; hash: Uint8Array }): Promise<void> {
    const item = this.#deps.items[index]!
    const assembly = await this.#assemblies.open(index)
    // The hash came from a channel whose version was rejected. The file is already being requested again.
    if (!assembly.part.isComplete) return
    const own = (assembly.whole ??= await this.#assemblies.hashOf(assembly, item))
    this.#controller.signal.throwIfAborted()
    // The hash may have been requested from several channels, and the file is done.
    if (this.#done.has(index)) return
    const isWanted = !item.expected || Buffer.compare(own, item.expected) === 0
    if (!isWanted || Buffer.compare(own, hash) !== 0) {
      // If all chunks match the version of most sources, only the hash of this source is wrong. Another source is then
      // asked for the hash.
      const isOfAll = isWanted && (this.#agreement.isReached || item.expected !== null)
      if (!isOfAll) this.#forget(index, assembly)
      throw new CoreError('Corrupt', `${channel.name} sent a file that does not match its hash`)
    }
    try {
      this.#checkContent(item, { channel, hash: own })
    } catch (err) {
      this.#forget(index, assembly)
      throw err
    }
    await assembly.part.flushed()
    this.#controller.signal.throwIfAborted()
    if (this.#done.has(index)) return
    this.#requireFolderOf(item)
    this.#assemblies.close(index)
    this.#complete(index, item)
  }

  #forget(index: number, assembly: Assembly): void {
    const { size } = this.#deps.items[index]!
    assembly.part.forget()
    assembly.hasher.start()
    assembly.hashedTo = 0
    assembly.whole = null
    this.#bytes -= size
    this.#order.again(chunksOf(index, size))
  }

  #checkWhole({ expected, target }: FetchItem, { channel, hash }: { channel: FetchChannel; hash: Uint8Array }): void {
    if (!expected || Buffer.compare(expected, hash) === 0) return
    throw new CoreError('Corrupt', `${channel.name} sent another file than ${target.toString()}`)
  }

  /**
   * Compares the file with the requested content. If it differs, every source that claimed this version lied, and the
   * fetch ends. Sources with another version may have the right content.
   */
  #checkContent(item: FetchItem, { channel, hash }: { channel: FetchChannel; hash: Uint8Array }): void {
    const { content } = this.#deps
    if (!content || content.holds(this.#partOf(item), hash)) return
    this.#isRefused = true
    this.#liars.clear()
    for (const other of this.#channels) {
      if (this.#agreement.believes(other.hashes)) this.#liars.add(other.name)
      other.lose()
    }
    throw new CoreError('Corrupt', `${channel.name} sent something else than content://${content.contentId}`)
  }

  /** Compares the chunk hashes of several sources; a source that differs from the majority is dropped. */
  #compare(channel: FetchChannel, hashes: Uint8Array): void {
    const { size } = this.#deps.items[0]!
    if (hashes.length !== Math.ceil(size / CHUNK_BYTES) * HASH_BYTES) {
      throw new CoreError('Corrupt', `${channel.name} has a file of another size`)
    }
    channel.hashes = hashes
    this.#agreement.begin()
    this.#agree({ isLate: false })
  }

  #askForHashes(channel: FetchChannel, sources: number): void {
    this.#agreement.expect(sources)
    if (channel.has(0)) channel.send({ type: 'chunk-hashes', item: 0 })
    else this.#lose(channel, new CoreError('Corrupt', `${channel.name} has a file of another size`))
  }

  /** Accepts the version that the largest number of sources has. Later sources must have the same version. */
  #agree({ isLate }: { isLate: boolean }): void {
    const said = [...this.#channels].filter(({ hashes, socket }) => hashes !== null && !socket.destroyed)
    const claims = said.flatMap(({ hashes }) => hashes ?? [])
    if (!this.#agreement.settle(claims, { isLate })) return
    for (const each of said) {
      if (this.#agreement.believes(each.hashes)) this.#ask(each)
      else this.#lose(each, new CoreError('Corrupt', `${each.name} has another file`))
    }
  }

  /** Records the file before it renames it: if the process is killed in between, the next run renames the file. */
  #complete(index: number, item: FetchItem): void {
    const part = this.#partOf(item)
    const { disk, origin } = this.#deps
    if (origin !== null) this.#unmarked ??= disk.markOrigin(part, origin)
    setFileDetails(part, item, disk)
    this.#done.write(index)
    giveName(part, item, disk)
    this.#done.add(index)
    this.#files++
    this.#open--
    this.#deps.onProgress(this.progress)
    if (this.isComplete) this.#end()
  }

  /**
   * Sets permissions and times of folders, innermost first, once all files are written. Repeating this after a kill
   * gives the same result.
   */
  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const { items } = this.#deps
    for (const [index, item] of [...items.entries()].toReversed()) {
      if (item.kind !== 'directory') continue
      try {
        const mark = this.#folders.get(keyOf(item.target))
        if (mark) setFolderDetails(item, mark, this.#deps.disk)
      } catch (err) {
        this.#failures.push({ item: index, ...failureOf(err) })
        this.#failed++
      }
    }
    this.#ended.resolve()
  }

  #partOf(item: FetchItem): Buffer {
    return partPath(item, this.#deps.mark)
  }

  /** Handles a device's answer that it cannot send an item. Another device may be able to. */
  #failAt(channel: FetchChannel, reply: Reply & { type: 'failed' }): void {
    const others = [...this.#channels].filter((other) => other !== channel && !other.isLost)
    if (!others.some((other) => other.has(reply.item))) return this.#fail(reply.item, reply)
    throw new CoreError('Unavailable', `${channel.name}: ${reply.message}`)
  }

  #fail(index: number, { code, message }: { code: ErrorCode; message: string }): void {
    this.#assemblies.close(index)
    this.#done.add(index)
    this.#open--
    this.#failed++
    if (this.#failures.length < MAX_FAILURES) this.#failures.push({ item: index, code, message })
    if (this.isComplete) this.#end()
  }
}

/** Errors that affect only one file, such as its name or permissions. A full disk ends the whole fetch. */
const OF_ONE_FILE: ReadonlySet<string> = new Set([
  'EEXIST',
  'EACCES',
  'EPERM',
  'ENAMETOOLONG',
  'EINVAL',
  'ELOOP',
  'EISDIR',
  'EILSEQ',
  'EFBIG',
])

function isOfOneFile(err: unknown): boolean {
  if (err instanceof CoreError) return err.code === 'AlreadyExists' || err.code === 'Conflict'
  return OF_ONE_FILE.has(systemCode(err) ?? '')
}

function failureOf(err: unknown): { code: ErrorCode; message: string } {
  const code = err instanceof CoreError ? err.code : (pathErrorCode(err) ?? 'PermissionDenied')
  return { code, message: errorMessage(err) }
}

function folderOf({ target }: FetchItem): Buffer {
  return target.subarray(0, Math.max(1, target.lastIndexOf('/')))
}

function keyOf(path: Buffer): string {
  return path.toString('latin1')
}

const GONE = { code: 'NotFound', message: 'the file is gone from the sending device' } as const

function asDiskError(cause: unknown): CoreError {
  const code = pathErrorCode(cause) ?? 'Internal'
  return new CoreError(code, `cannot write the received files: ${systemReason(errorMessage(cause))}`, { cause })
}
