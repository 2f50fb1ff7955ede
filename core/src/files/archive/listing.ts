import type { EntryKind } from '../../domain/index.ts'
import type { RawName } from '../../util/file-name.ts'

/** One member, from the data of the archive; unknown values are null. */
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
  /** There are more members than were read, or the archive ends in the middle of one. */
  readonly truncated: boolean
}

/** More members than users look through; a backup of a whole system has some hundred thousand. */
const MAX_MEMBERS = 100_000
/** Limit on all paths together, as they are sent; each may be 64 KiB long. */
const MAX_PATH_BYTES = 16 * 2 ** 20
/** The members found by then are shown, because a user is waiting. */
const MAX_MS = 15_000

/** Collects the members of an archive, up to the limits. */
export class MemberList {
  readonly members: ArchiveMember[] = []
  readonly #until = performance.now() + MAX_MS
  #pathBytes = 0

  /** A limit is reached: stop reading. */
  get isFull(): boolean {
    return this.members.length >= MAX_MEMBERS || this.#pathBytes >= MAX_PATH_BYTES || performance.now() > this.#until
  }

  add(member: ArchiveMember): void {
    this.members.push(member)
    this.#pathBytes += sentBytes(member.path)
  }
}

/** A text with any character above U+00FF is sent with two bytes for each code unit. */
function sentBytes(path: RawName): number {
  return typeof path === 'string' && /[^\0-\xff]/.test(path) ? path.length * 2 : path.length
}
