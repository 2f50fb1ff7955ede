import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Blake3 } from '../../../util/blake3.ts'
import { CoreError, type ErrorCode, errorMessage, systemCode, systemReason } from '../../../util/errors.ts'
import { pathErrorCode } from '../../../util/path-error.ts'
import {
  CHUNK_BYTES,
  encodeRequest,
  HASH_BYTES,
  type Reply,
  type ReplyHead,
  ReplyReader,
  type Request,
} from '../../bulk/index.ts'
import type { Hashers } from './hashers.ts'
import { lengthOf, PartFile } from './part-file.ts'
import { makeOwnFolder } from './plan-targets.ts'

/** What one channel has been asked for and has not sent yet, at the most: enough to fill a long, fast line (1 Gbit/s at 100 ms). */
const WINDOW_BYTES = 16 * CHUNK_BYTES
/** The same, for small files. */
const WINDOW_REQUESTS = 1_024
/** How long a device may send nothing of what it owes, in milliseconds. */
const STALL_MS = 30_000
/** The least it reads a file with, in bytes a millisecond: a hash of a whole file takes longer than a chunk. */
const LEAST_READ = 20_000
/** How long sources may take to say what the chunks of a file are, after the first has, in milliseconds. */
const COMPARE_MS = 60_000
/** What could not be fetched, as far as it is told one by one. */
const MAX_FAILURES = 1_000

/** One file or folder to fetch. */
export interface FetchItem {
  readonly kind: 'file' | 'directory'
  readonly size: number
  /** Absolute; nothing is ever put in the place of what is there. */
  readonly target: Buffer
  /** Milliseconds; null: the time it is written. */
  readonly mtimeMs: number | null
  /** Permission bits; null: the usual ones. */
  readonly mode: number | null
  /** The BLAKE3 it must have, where that is known from elsewhere. */
  readonly expected: Uint8Array | null
}

export interface FetchFailure {
  readonly item: number
  readonly code: ErrorCode
  readonly message: string
}

export interface FetchResult {
  readonly files: number
  readonly bytes: number
  readonly failures: readonly FetchFailure[]
  readonly failed: number
  /** Names of channels that sent what was not the file. */
  readonly liars: readonly string[]
}

export interface FetchDeps {
  /** A folder of its own, where it is written down what is done. */
  readonly folder: string
  readonly items: readonly FetchItem[]
  /** Ends the names of files that are being put together. */
  readonly mark: string
  readonly blake3: Blake3
  readonly hashers: Hashers
  /** Called for each piece that is in its place. */
  readonly onProgress: (progress: { files: number; bytes: number }) => void
  /** `STALL_MS` by default. */
  readonly stallMs?: number
}

interface Asked {
  /** With the number the item has here. */
  readonly request: Request
  readonly bytes: number
}

/** One connection to a device that has the files. */
export interface ChannelOptions {
  /** Of the device. */
  readonly name: string
  /** What number each item has there; -1: it has it no more. */
  readonly numbers: Int32Array
  /** So many sources must agree about the chunks before any is asked for one; none where there is one alone. */
  readonly compare: number
}

interface Channel {
  readonly name: string
  readonly numbers: Int32Array
  readonly socket: Duplex
  readonly asked: Asked[]
  askedBytes: number
  /** Replies that have come and were not looked at yet: those of the first that were asked. */
  replies: number
  stall: NodeJS.Timeout | undefined
  /** What comes after something that was not to be believed is not looked at. */
  isLost: boolean
  /** What it says the chunks of the first file are; null until it has said so, or where nobody asked. */
  hashes: Uint8Array | null
}

/** A large file that is being put together. */
interface Assembly {
  readonly part: PartFile
  /** As far as chunks came in order; null once one did not. */
  hasher: Blake3 | null
  hashedTo: number
  /** Its hash, once it is known. */
  whole: Uint8Array | null
}

/**
 * Fetches files from one device, or one file from several. Every chunk has its BLAKE3, every file of several chunks a
 * second one over all of it, and no file has its name before that is right. What is done stays done: after a lost
 * connection, or a killed process, only what is missing is asked for.
 */
export class FetchFiles {
  readonly #deps: FetchDeps
  readonly #done: Set<number>
  /** Asked of a channel that ended; the next one last. */
  readonly #again: Request[] = []
  /** The item that is asked for next, and where it is of several chunks, which of them. */
  #at = 0
  #chunk = 0
  readonly #assemblies = new Map<number, Assembly>()
  readonly #opening = new Map<number, Promise<Assembly>>()
  readonly #channels = new Set<Channel>()
  readonly #failures: FetchFailure[] = []
  readonly #liars = new Set<string>()
  readonly #ended = Promise.withResolvers<void>()
  #failed = 0
  #files = 0
  #bytes = 0
  #open = 0
  /** Of the only file, where several sources must agree. */
  #agreed: Uint8Array | null = null
  /** How many sources are expected to say what the chunks are, and since when they may be late. */
  #toCompare = 0
  /** Names of sources that were expected and are not there any more. */
  readonly #gone = new Set<string>()
  #late: NodeJS.Timeout | undefined
  readonly #controller = new AbortController()
  /** Where it is written down which items are done. */
  readonly #record: number

  private constructor(deps: FetchDeps) {
    this.#deps = deps
    const record = join(deps.folder, 'done')
    this.#done = readDone(record)
    this.#record = openSync(record, 'a', 0o600)
    // Somebody may ask when it has failed already.
    this.#ended.promise.catch(() => {})
  }

  /** Makes the folders, and finds out what is there already. Throws where the target cannot be written. */
  static async open(deps: FetchDeps): Promise<FetchFiles> {
    const fetch = new FetchFiles(deps)
    await fetch.#prepare()
    return fetch
  }

  /** Bytes and files in their place already. */
  get progress(): { files: number; bytes: number } {
    return { files: this.#files, bytes: this.#bytes }
  }

  /** Whether nothing is left to ask for. */
  get isComplete(): boolean {
    return this.#open === 0
  }

  async #prepare(): Promise<void> {
    const { items } = this.#deps
    for (const [index, item] of items.entries()) {
      if (item.kind === 'directory') makeOwnFolder(item.target)
      else await this.#prepareFile(index, item)
    }
  }

  async #prepareFile(index: number, item: FetchItem): Promise<void> {
    if (this.#done.has(index)) {
      // Killed between the record and the name.
      if (lstatSync(this.#partPath(item), { throwIfNoEntry: false })) this.#giveName(item)
      this.#files++
      this.#bytes += item.size
      return
    }
    this.#open++
    // Those begun before are looked into now, to know what is there; the others when their turn comes.
    if (item.size > CHUNK_BYTES && lstatSync(this.#partPath(item), { throwIfNoEntry: false })) {
      const { part } = await this.#assembly(index)
      this.#bytes += part.doneBytes
    }
  }

  /**
   * Fetches over one more channel, until all is done or it ends. Resolves then; what it was asked for and did not send
   * is asked of the others, or of the next.
   */
  async addChannel(socket: Duplex, { name, numbers, compare }: ChannelOptions): Promise<void> {
    const of = { asked: [], askedBytes: 0, replies: 0, stall: undefined, isLost: false, hashes: null }
    const channel: Channel = { name, numbers, socket, ...of }
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    let work = Promise.resolve()
    const reader = new ReplyReader({
      onHead: (head) => this.#expect(channel, head),
      onReply: (reply) => {
        work = work
          .then(() => this.#take(channel, reply))
          .catch((err: unknown) => this.#lose(channel, err))
          .finally(() => reply.type === 'chunk' && reader.reuse(reply.bytes))
      },
    })
    socket.on('data', (piece: Buffer) => {
      try {
        this.#watch(channel)
        reader.push(piece)
      } catch (err) {
        this.#lose(channel, err)
      }
    })
    socket.once('close', end)
    socket.once('error', () => socket.destroy())
    this.#channels.add(channel)
    if (compare > 0) this.#askForHashes(channel, compare)
    else this.#ask(channel)
    if (this.isComplete) socket.end()
    this.#ended.promise.then(
      () => socket.end(),
      () => socket.destroy(),
    )
    await ended
    await work
    clearTimeout(channel.stall)
    this.#channels.delete(channel)
    this.#putBack(channel)
    this.sourceGone(name)
  }

  /** A source that was expected does not come, or not any more. */
  sourceGone(name: string): void {
    this.#gone.add(name)
    if (this.#toCompare > 0 && !this.#agreed) this.#agree({ isLate: false })
    else for (const other of this.#channels) this.#ask(other)
  }

  /** Resolves when nothing is left to fetch; rejects where nothing can be written any more: a full disk. */
  get ended(): Promise<void> {
    if (this.isComplete) this.#ended.resolve()
    return this.#ended.promise
  }

  result(): FetchResult {
    return {
      ...this.progress,
      failures: this.#failures,
      failed: this.#failed,
      liars: [...this.#liars],
    }
  }

  /** Ends the channels and keeps what there is. */
  close(): void {
    this.#controller.abort(new CoreError('Cancelled', 'the transfer was stopped'))
    clearTimeout(this.#late)
    for (const { socket } of this.#channels) socket.destroy()
    for (const index of this.#assemblies.keys()) this.#drop(index, (part) => part.close())
    closeSync(this.#record)
  }

  #ask(channel: Channel): void {
    if (!this.#channels.has(channel) || channel.socket.destroyed || !this.#believes(channel)) return
    channel.socket.cork()
    while (channel.askedBytes < WINDOW_BYTES && channel.asked.length < WINDOW_REQUESTS) {
      const request = this.#next()
      if (!request) break
      if (channel.numbers[request.item] !== NO_NUMBER) this.#send(channel, request)
      else if ([...this.#channels].some(({ numbers }) => numbers[request.item] !== NO_NUMBER)) {
        this.#again.push(request)
        break
      } else this.#fail(request.item, GONE)
    }
    channel.socket.uncork()
    this.#watch(channel)
  }

  /** Where several sources are to agree, none is asked for a chunk before they do. */
  #believes({ hashes }: Channel): boolean {
    if (this.#toCompare === 0) return true
    return hashes !== null && this.#agreed !== null && Buffer.compare(hashes, this.#agreed) === 0
  }

  /** Gives a device up that owes something and sends nothing. */
  #watch(channel: Channel): void {
    clearTimeout(channel.stall)
    const [first] = channel.asked
    if (!first) return
    const { size } = this.#deps.items[first.request.item]!
    const toRead = first.request.type === 'chunk' ? 0 : size / LEAST_READ
    const ms = Math.min(MAX_TIMER_MS, (this.#deps.stallMs ?? STALL_MS) + toRead)
    channel.stall = setTimeout(() => channel.socket.destroy(), ms)
  }

  /** Throws for a reply to no question: what one channel may send is bounded by what it was asked. */
  #expect(channel: Channel, head: ReplyHead): void {
    const asked = channel.asked[channel.replies++]
    const size = asked && this.#deps.items[asked.request.item]!.size
    if (!asked || head.item !== channel.numbers[asked.request.item] || !answers(head, asked.request, size!)) {
      throw new CoreError('Corrupt', `${channel.name} sent what nobody asked for`)
    }
  }

  #next(): Request | null {
    for (let request = this.#again.pop(); request; request = this.#again.pop()) {
      if (!this.#done.has(request.item)) return request
    }
    for (const { items } = this.#deps; this.#at < items.length;) {
      const request = this.#nextOf(this.#at, items[this.#at]!)
      if (request) return request
      this.#at++
      this.#chunk = 0
    }
    return null
  }

  /** Null: everything of this item is asked for, or there is nothing to ask. */
  #nextOf(item: number, { kind, size }: FetchItem): Request | null {
    if (kind === 'directory' || this.#done.has(item)) return null
    const chunks = Math.max(1, Math.ceil(size / CHUNK_BYTES))
    const part = this.#assemblies.get(item)?.part
    if (part?.isComplete) return this.#chunk++ === 0 ? { type: 'full-hash', item } : null
    while (this.#chunk < chunks && part?.has(this.#chunk)) this.#chunk++
    if (this.#chunk >= chunks) return null
    const chunk = this.#chunk++
    return { type: 'chunk', item, offset: chunk * CHUNK_BYTES, length: lengthOf(chunk, size) }
  }

  #send(channel: Channel, request: Request): void {
    const bytes = request.type === 'chunk' ? request.length : 0
    channel.asked.push({ request, bytes })
    channel.askedBytes += bytes
    channel.socket.write(encodeRequest({ ...request, item: channel.numbers[request.item]! }))
  }

  /** What a channel owes goes to the others, in the order it was asked. */
  #putBack(channel: Channel): void {
    const owed = channel.asked.splice(0).filter(({ request }) => request.type !== 'chunk-hashes')
    this.#again.push(...owed.map(({ request }) => request).toReversed())
    channel.askedBytes = 0
  }

  #lose(channel: Channel, err: unknown): void {
    if (err instanceof CoreError && err.code === 'Corrupt') this.#liars.add(channel.name)
    channel.isLost = true
    channel.socket.destroy()
  }

  async #take(channel: Channel, reply: Reply): Promise<void> {
    if (this.#controller.signal.aborted || channel.isLost) return
    const asked = channel.asked.shift()!
    channel.replies--
    channel.askedBytes -= asked.bytes
    const { item } = asked.request
    if (!this.#done.has(item)) await this.#use(channel, { asked, reply: { ...reply, item } })
    this.#ask(channel)
  }

  async #use(channel: Channel, { asked, reply }: { asked: Asked; reply: Reply }): Promise<void> {
    const { item: index } = reply
    try {
      if (reply.type === 'failed') this.#failAt(channel, reply)
      else if (reply.type === 'chunk-hashes') this.#compare(channel, reply.hashes)
      else if (reply.type === 'full-hash') await this.#finish(index, { channel, hash: reply.hash })
      else if (this.#deps.items[index]!.size <= CHUNK_BYTES) this.#writeSmall(index, { channel, reply })
      else await this.#writeChunk(index, { channel, reply })
    } catch (err) {
      this.#controller.signal.throwIfAborted()
      if (isOfOneFile(err))
        return this.#fail(index, { code: pathErrorCode(err) ?? 'Conflict', message: errorMessage(err) })
      // It is still wanted, from another.
      channel.asked.unshift(asked)
      if (!(err instanceof CoreError)) this.#ended.reject(asDiskError(err))
      throw err
    }
  }

  #checkChunk(channel: Channel, { offset, hash, bytes }: Reply & { type: 'chunk' }): void {
    const agreed = this.#agreed?.subarray((offset / CHUNK_BYTES) * HASH_BYTES, (offset / CHUNK_BYTES + 1) * HASH_BYTES)
    if (Buffer.compare(this.#deps.blake3.hash(bytes), agreed ?? hash) === 0) return
    throw new CoreError('Corrupt', `${channel.name} sent bytes that are not those of the file`)
  }

  #writeSmall(index: number, { channel, reply }: { channel: Channel; reply: Reply & { type: 'chunk' } }): void {
    const item = this.#deps.items[index]!
    if (reply.bytes.length !== item.size) throw new CoreError('Corrupt', `${channel.name} sent a file of another size`)
    this.#checkChunk(channel, reply)
    this.#checkWhole(item, { channel, hash: reply.hash })
    const part = this.#partPath(item)
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)
    const fd = openSync(part, flags, 0o666)
    try {
      for (let at = 0; at < reply.bytes.length;) at += writeSync(fd, reply.bytes, at)
    } finally {
      closeSync(fd)
    }
    this.#bytes += item.size
    this.#complete(index, item)
  }

  async #writeChunk(
    index: number,
    { channel, reply }: { channel: Channel; reply: Reply & { type: 'chunk' } },
  ): Promise<void> {
    const { size } = this.#deps.items[index]!
    const chunk = reply.offset / CHUNK_BYTES
    if (reply.bytes.length !== lengthOf(chunk, size))
      throw new CoreError('Corrupt', `${channel.name} sent a file of another size`)
    this.#checkChunk(channel, reply)
    const assembly = await this.#assembly(index)
    this.#controller.signal.throwIfAborted()
    if (assembly.part.has(chunk)) return
    assembly.part.write(chunk, reply)
    if (assembly.hasher && assembly.hashedTo === chunk) {
      assembly.hasher.update(reply.bytes)
      assembly.hashedTo++
    }
    this.#bytes += reply.bytes.length
    if (assembly.part.isComplete) this.#again.push({ type: 'full-hash', item: index })
    this.#deps.onProgress(this.progress)
  }

  /** Asked for when every chunk is there. */
  async #finish(index: number, { channel, hash }: { channel: Channel; hash: Uint8Array }): Promise<void> {
    const item = this.#deps.items[index]!
    const assembly = await this.#assembly(index)
    // Another channel was believed first, and its file is asked for anew.
    if (!assembly.part.isComplete) return
    const own = (assembly.whole ??= await this.#hashOf(assembly, item))
    this.#controller.signal.throwIfAborted()
    // Several channels may have been asked.
    if (this.#done.has(index)) return
    const isWanted = !item.expected || Buffer.compare(own, item.expected) === 0
    if (!isWanted || Buffer.compare(own, hash) !== 0) {
      // Every chunk is the one that most sources have: this one lies, and another is asked.
      const isOfAll = isWanted && (this.#agreed !== null || item.expected !== null)
      if (!isOfAll) this.#forget(index, assembly)
      throw new CoreError('Corrupt', `${channel.name} sent a file that is not the one it has`)
    }
    await assembly.part.flushed()
    this.#controller.signal.throwIfAborted()
    if (this.#done.has(index)) return
    this.#drop(index, (part) => part.close())
    this.#complete(index, item)
  }

  #forget(index: number, assembly: Assembly): void {
    const { size } = this.#deps.items[index]!
    assembly.part.forget()
    assembly.hasher?.start()
    assembly.hashedTo = 0
    assembly.whole = null
    this.#bytes -= size
    this.#again.push(...chunksOf(index, size).toReversed())
  }

  async #hashOf(assembly: Assembly, { size }: FetchItem): Promise<Uint8Array> {
    const { hasher, hashedTo, part } = assembly
    if (hasher && hashedTo === Math.ceil(size / CHUNK_BYTES)) return hasher.finish()
    const own = await this.#deps.hashers.take()
    try {
      return await part.fullHash(own, this.#controller.signal)
    } finally {
      this.#deps.hashers.giveBack(own)
    }
  }

  #checkWhole({ expected, target }: FetchItem, { channel, hash }: { channel: Channel; hash: Uint8Array }): void {
    if (!expected || Buffer.compare(expected, hash) === 0) return
    throw new CoreError('Corrupt', `${channel.name} sent another file than ${target.toString()}`)
  }

  /** Several sources must say the same of the chunks; who says otherwise than most is left out. */
  #compare(channel: Channel, hashes: Uint8Array): void {
    const { size } = this.#deps.items[0]!
    if (hashes.length !== Math.ceil(size / CHUNK_BYTES) * HASH_BYTES) {
      throw new CoreError('Corrupt', `${channel.name} has a file of another size`)
    }
    channel.hashes = hashes
    this.#late ??= setTimeout(() => this.#agree({ isLate: true }), COMPARE_MS)
    this.#agree({ isLate: false })
  }

  #askForHashes(channel: Channel, sources: number): void {
    this.#toCompare = Math.max(this.#toCompare, sources)
    if (channel.numbers[0] === NO_NUMBER) return void channel.socket.destroy()
    this.#send(channel, { type: 'chunk-hashes', item: 0 })
    this.#watch(channel)
  }

  /** Believes what most of the sources say; of those that come later, who says the same. */
  #agree({ isLate }: { isLate: boolean }): void {
    const said = [...this.#channels].filter(({ hashes, socket }) => hashes !== null && !socket.destroyed)
    if (said.length === 0) return
    if (!this.#agreed) {
      if (!isLate && said.length + this.#gone.size < this.#toCompare) return
      const byClaim = Map.groupBy(said, ({ hashes }) => Buffer.from(hashes!).toString('base64'))
      this.#agreed = [...byClaim.values()].toSorted((a, b) => b.length - a.length)[0]![0]!.hashes
    }
    for (const each of said) {
      if (this.#believes(each)) this.#ask(each)
      else this.#lose(each, new CoreError('Corrupt', `${each.name} has another file`))
    }
  }

  #assembly(index: number): Promise<Assembly> {
    const known = this.#assemblies.get(index)
    if (known) return Promise.resolve(known)
    const opening = this.#opening.get(index) ?? this.#openAssembly(index)
    this.#opening.set(index, opening)
    return opening.finally(() => this.#opening.delete(index))
  }

  async #openAssembly(index: number): Promise<Assembly> {
    const item = this.#deps.items[index]!
    const { folder, blake3, hashers } = this.#deps
    const options = {
      path: this.#partPath(item),
      record: join(folder, `${index}.chunks`),
      size: item.size,
      mode: 0o666,
    }
    const hasher = await hashers.take()
    const part = await PartFile.open(options, blake3)
    if (this.#controller.signal.aborted) {
      part.close()
      throw this.#controller.signal.reason
    }
    const assembly = { part, hasher, hashedTo: 0, whole: null }
    this.#assemblies.set(index, assembly)
    return assembly
  }

  #drop(index: number, end: (part: PartFile) => void): void {
    const assembly = this.#assemblies.get(index)
    if (!assembly) return
    this.#assemblies.delete(index)
    if (assembly.hasher) this.#deps.hashers.giveBack(assembly.hasher)
    end(assembly.part)
  }

  /** Written down first: killed in between, the name is given when it goes on. */
  #complete(index: number, item: FetchItem): void {
    this.#finishTimes(item)
    const line = Buffer.alloc(4)
    line.writeUInt32BE(index)
    writeSync(this.#record, line)
    this.#giveName(item)
    this.#done.add(index)
    this.#files++
    this.#open--
    this.#deps.onProgress(this.progress)
    if (this.isComplete) this.#ended.resolve()
  }

  #finishTimes(item: FetchItem): void {
    const part = this.#partPath(item)
    if (item.mode !== null) chmodSync(part, item.mode)
    if (item.mtimeMs !== null) utimesSync(part, item.mtimeMs / 1_000, item.mtimeMs / 1_000)
  }

  /** Fails where something has its name by now: what is there is never replaced. */
  #giveName({ target }: FetchItem): void {
    const part = Buffer.concat([target, Buffer.from(`.${this.#deps.mark}.part`)])
    try {
      linkSync(part, target)
      unlinkSync(part)
    } catch (err) {
      if (!NO_LINKS.has(systemCode(err) ?? '')) throw err
      // Where there are no hard links a name could be taken in between: nothing better is to be had there.
      if (lstatSync(target, { throwIfNoEntry: false }))
        throw new CoreError('AlreadyExists', `${target.toString()} exists`)
      renameSync(part, target)
    }
  }

  #partPath({ target }: FetchItem): Buffer {
    return Buffer.concat([target, Buffer.from(`.${this.#deps.mark}.part`)])
  }

  /** What one device cannot send another may have. */
  #failAt(channel: Channel, reply: Reply & { type: 'failed' }): void {
    const others = [...this.#channels].filter((other) => other !== channel && !other.isLost)
    if (others.every(({ numbers }) => numbers[reply.item] === NO_NUMBER)) return this.#fail(reply.item, reply)
    throw new CoreError('Unavailable', `${channel.name}: ${reply.message}`)
  }

  #fail(index: number, { code, message }: { code: ErrorCode; message: string }): void {
    this.#drop(index, (part) => part.close())
    this.#done.add(index)
    this.#open--
    this.#failed++
    if (this.#failures.length < MAX_FAILURES) this.#failures.push({ item: index, code, message })
    if (this.isComplete) this.#ended.resolve()
  }
}

/** File systems without hard links say one of these. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** What makes one file impossible here and says nothing of the others: its name, its permissions. A full disk ends all. */
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
  return OF_ONE_FILE.has(systemCode(err) ?? '') || (err instanceof CoreError && err.code === 'AlreadyExists')
}

function answers(head: ReplyHead, request: Request, size: number): boolean {
  if (head.type === 'failed') return true
  if (head.type !== request.type) return false
  if (request.type === 'chunk') return head.offset === request.offset && head.length <= HASH_BYTES + request.length
  return head.length <= Math.max(1, Math.ceil(size / CHUNK_BYTES)) * HASH_BYTES
}

/** The longest a timer of Node.js can be set to. */
const MAX_TIMER_MS = 2_147_483_647

/** What an item is called that a device does not have. */
export const NO_NUMBER = -1
const GONE = { code: 'NotFound', message: 'the file is gone from the sending device' } as const

function chunksOf(item: number, size: number): Request[] {
  return Array.from({ length: Math.ceil(size / CHUNK_BYTES) }, (_, chunk) => {
    return { type: 'chunk', item, offset: chunk * CHUNK_BYTES, length: lengthOf(chunk, size) }
  })
}

function asDiskError(cause: unknown): CoreError {
  const code = pathErrorCode(cause) ?? 'Internal'
  return new CoreError(code, `what is received cannot be written: ${systemReason(errorMessage(cause))}`, { cause })
}

function readDone(file: string): Set<number> {
  try {
    const bytes = readFileSync(file)
    return new Set(Array.from({ length: Math.floor(bytes.length / 4) }, (_, n) => bytes.readUInt32BE(n * 4)))
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return new Set()
    throw err
  }
}
