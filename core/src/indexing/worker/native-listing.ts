import { isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import { getSystemErrorMessage, getSystemErrorName } from 'node:util'
import { displayName, nameBytes, type RawName } from '../../util/file-name.ts'
import { type Inode, toInode } from '../../util/inode.ts'
import { reachableFolder } from '../../util/reachable-path.ts'
import {
  addEntry,
  emptyListing,
  FLAG_OTHER_FILE_SYSTEM,
  type Lister,
  listDirectory,
  type Listing,
  UnreadableDirectory,
} from './listing.ts'

/** The calls of the C library that list a folder; a buffer is passed by its address. */
interface LinuxCalls {
  openat(at: number, path: Uint8Array, flags: number): number
  close(fd: number): number
  getdents64(fd: number, buffer: Uint8Array, bytes: number): number | bigint
  statx(fd: number, name: number, flags: number, mask: number, into: Uint8Array): number
  errno(): number
  address(buffer: Uint8Array): bigint
}

// From Linux's own headers (uapi/linux/fcntl.h, stat.h), the same on x64 and arm64.
const AT_FDCWD = -100
const AT_SYMLINK_NOFOLLOW = 0x100
const STATX_BASIC_STATS_AND_BTIME = 0xfff
const O_CLOEXEC = 0o2_000_000
const DT_UNKNOWN = 0
const DT_DIR = 4

const S_IFMT = 0o170_000
/** Kinds by the format bits of a mode, as `listing.ts` numbers them; whatever else there is, is 3. */
const kinds = new Map([
  [0o100_000, 0],
  [0o040_000, 1],
  [0o120_000, 2],
])

const ENOENT = 2
const EPERM = 1
const EACCES = 13

/** What `struct linux_dirent64` has before the name. */
const DIRENT_RECORD_LENGTH = 16
const DIRENT_TYPE = 18
const DIRENT_NAME = 19
const DIRENTS_BYTES = 1 << 17
const STATX_BYTES = 256

/**
 * Lists folders by the C library's own calls, which look names up in an open folder and not by whole paths, and read no
 * more than is asked: some half of the work of Node's. Null where there is no such library, and Node's own calls serve.
 */
export async function loadNativeLister(): Promise<Lister | null> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return null
  try {
    const { default: koffi } = await import('koffi')
    const libc = koffi.load('libc.so.6')
    return nativeLister({
      openat: libc.func('int openat(int, const void*, int)') as LinuxCalls['openat'],
      close: libc.func('int close(int)') as LinuxCalls['close'],
      getdents64: libc.func('int64_t getdents64(int, void*, uint64_t)') as LinuxCalls['getdents64'],
      statx: libc.func('int statx(int, uint64_t, int, unsigned int, void*)') as LinuxCalls['statx'],
      errno: () => koffi.errno(),
      address: (buffer) => koffi.address(buffer),
    })
  } catch {
    // Not installed, or another C library.
    return null
  }
}

function nativeLister(calls: LinuxCalls): Lister {
  const dirents = Buffer.alloc(DIRENTS_BYTES)
  const direntsAt = Number(calls.address(dirents))
  const stat = new Stat(Buffer.alloc(STATX_BYTES))

  function list(dir: RawName, device: bigint, prepare: Parameters<Lister>[2]): Listing {
    using short = openable(dir)
    // A path of our own making leads through /proc, which must be followed.
    if (short.path !== dir) return listDirectory(dir, device, prepare)
    const fd = calls.openat(AT_FDCWD, terminated(dir), constants.O_DIRECTORY | constants.O_NOFOLLOW | O_CLOEXEC)
    if (fd < 0) throw unreadable(dir, calls.errno(), 'open')
    try {
      return listOpen(fd, dir, device, prepare)
    } finally {
      calls.close(fd)
    }
  }

  function listOpen(fd: number, dir: RawName, device: bigint, prepare: Parameters<Lister>[2]): Listing {
    const { names, types, at, isWhole } = readNames(fd, dir)
    const accept = prepare(names)
    const listing = emptyListing()
    const [major, minor] = [majorOf(device), minorOf(device)]
    for (const [i, name] of names.entries()) {
      const shown = displayName(name)
      const type = types[i]!
      if (type !== DT_UNKNOWN && !accept(shown, type === DT_DIR)) continue
      // A folder of more than a buffer has its names copied out, since the buffer is filled again.
      const address = isWhole ? direntsAt + at[i]! : direntsAt + place(nameBytes(name))
      if (calls.statx(fd, address, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS_AND_BTIME, stat.bytes) !== 0) {
        const errno = calls.errno()
        if (errno === ENOENT) continue
        // Without the right to search a folder every name fails alike: say it once, for the folder.
        if (errno === EACCES || errno === EPERM) throw unreadable(dir, errno, 'stat')
        listing.unreadable.push({ name, code: codeOf(errno), message: messageOf(errno, 'stat') })
        continue
      }
      const { kind } = stat
      if (type === DT_UNKNOWN && !accept(shown, kind === 1)) continue
      const isElsewhere = kind === 1 && (stat.major !== major || stat.minor !== minor)
      addEntry(listing, name, stat.numbers(isElsewhere ? FLAG_OTHER_FILE_SYSTEM : 0), stat.inode)
    }
    return listing
  }

  /** Puts a name where a call can find it. */
  function place(name: Uint8Array): number {
    dirents.set(name, 0)
    dirents[name.length] = 0
    return 0
  }

  function readNames(fd: number, dir: RawName) {
    const names: RawName[] = []
    const types: number[] = []
    const at: number[] = []
    let reads = 0
    for (;;) {
      const bytes = Number(calls.getdents64(fd, dirents, DIRENTS_BYTES))
      if (bytes < 0) throw unreadable(dir, calls.errno(), 'scandir')
      if (bytes === 0) return { names, types, at, isWhole: reads <= 1 }
      reads++
      for (let record = 0; record < bytes; record += dirents.readUInt16LE(record + DIRENT_RECORD_LENGTH)) {
        const start = record + DIRENT_NAME
        const end = dirents.indexOf(0, start)
        if (isDots(dirents, start, end)) continue
        names.push(decode(dirents, start, end))
        types.push(dirents[record + DIRENT_TYPE]!)
        at.push(start)
      }
    }
  }

  return list
}

/** One `struct statx`, read where a call has written it. */
class Stat {
  readonly bytes: Buffer
  readonly #words: Uint32Array
  readonly #signed: Int32Array

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    this.#signed = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  }

  get #mode(): number {
    return this.bytes[28]! | (this.bytes[29]! << 8)
  }

  get kind(): number {
    return kinds.get(this.#mode & S_IFMT) ?? 3
  }

  get major(): number {
    return this.#words[34]!
  }

  get minor(): number {
    return this.#words[35]!
  }

  get inode(): Inode {
    const high = this.#words[9]!
    if (high < 0x20_0000) return high * 0x1_0000_0000 + this.#words[8]!
    return toInode(this.bytes.readBigUInt64LE(32))
  }

  /** An entry's numbers in `listing.ts`'s order, without its inode. */
  numbers(flags: number): number[] {
    const { kind } = this
    const size = this.#words[10]! + this.#words[11]! * 0x1_0000_0000
    const blocks = this.#words[12]! + this.#words[13]! * 0x1_0000_0000
    const mtimeNs = this.#words[30]!
    const birthtime = this.#milliseconds(20)
    return [
      kind,
      kind === 0 || kind === 2 ? size : 0,
      blocks * 512,
      this.#seconds(28) * 1_000 + Math.floor(mtimeNs / 1_000_000),
      mtimeNs % 1_000_000,
      this.#milliseconds(24),
      birthtime > 0 ? birthtime : Number.NaN,
      0,
      this.#words[4]!,
      this.#mode,
      flags,
    ]
  }

  #seconds(word: number): number {
    return this.#words[word]! + this.#signed[word + 1]! * 0x1_0000_0000
  }

  /** Cut off towards zero, as Node does. */
  #milliseconds(word: number): number {
    const nanoseconds = this.#words[word + 2]!
    const floor = this.#seconds(word) * 1_000 + Math.floor(nanoseconds / 1_000_000)
    return floor < 0 && nanoseconds % 1_000_000 > 0 ? floor + 1 : floor
  }
}

function isDots(bytes: Buffer, start: number, end: number): boolean {
  if (bytes[start] !== 0x2e) return false
  return end === start + 1 || (end === start + 2 && bytes[start + 1] === 0x2e)
}

function decode(bytes: Buffer, start: number, end: number): RawName {
  const text = bytes.toString('utf8', start, end)
  if (!text.includes('\uFFFD') || isUtf8(bytes.subarray(start, end))) return text
  return Uint8Array.from(bytes.subarray(start, end))
}

function terminated(path: RawName): Uint8Array {
  return Buffer.concat([nameBytes(path), Buffer.of(0)])
}

/** As the C library takes a device number apart. */
function majorOf(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n))
}

function minorOf(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n))
}

function unreadable(dir: RawName, errno: number, call: string): UnreadableDirectory {
  const cause = Object.assign(new Error(messageOf(errno, call)), { code: codeOf(errno) })
  return new UnreadableDirectory(dir, cause)
}

function codeOf(errno: number): string {
  return getSystemErrorName(-errno)
}

function messageOf(errno: number, call: string): string {
  return `${codeOf(errno)}: ${getSystemErrorMessage(-errno)}, ${call}`
}

function openable(dir: RawName) {
  try {
    return reachableFolder(dir)
  } catch (err) {
    throw new UnreadableDirectory(dir, err)
  }
}
