import type { EntryKind } from '../../domain/index.ts'
import type { RawName } from '../../util/file-name.ts'

/** One member, as the archive says; what it does not say is null. */
export interface ArchiveMember {
  readonly path: RawName
  readonly kind: EntryKind
  readonly size: number | null
  readonly compressedSize: number | null
  /** Milliseconds since 1970. */
  readonly modifiedMs: number | null
  readonly encrypted: boolean
}

export interface ArchiveListing {
  /** `zip`, `tar`, `tar.gz`, … */
  readonly format: string
  readonly members: readonly ArchiveMember[]
  /** There is more than was looked at, or the archive ends in the midst of something. */
  readonly truncated: boolean
}

/** More than anybody looks through; a backup of a whole system has some hundred thousand. */
const MAX_MEMBERS = 100_000
/** Of all paths together, as they are sent; each may be 64 KiB long. */
const MAX_PATH_BYTES = 16 * 2 ** 20
/** What is found by then is shown: a person waits for it. */
const MAX_MS = 15_000

/** The members of an archive as they are found, until it is enough. */
export class MemberList {
  readonly members: ArchiveMember[] = []
  readonly #until = performance.now() + MAX_MS
  #pathBytes = 0

  /** No more is to be looked at. */
  get isFull(): boolean {
    return this.members.length >= MAX_MEMBERS || this.#pathBytes >= MAX_PATH_BYTES || performance.now() > this.#until
  }

  add(member: ArchiveMember): void {
    this.members.push(member)
    this.#pathBytes += sentBytes(member.path)
  }
}

/** A text with any character above U+00FF is sent with two bytes for each of its units. */
function sentBytes(path: RawName): number {
  return typeof path === 'string' && /[^\0-\xff]/.test(path) ? path.length * 2 : path.length
}
