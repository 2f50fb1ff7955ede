import type { ByteSource } from '../byte-source.ts'
import { latin1, startsAt, u16le, u32le } from './bytes.ts'

/** A file in a zip, as the directory at its end lists it. */
export interface ZipMember {
  readonly name: string
  readonly isDeflated: boolean
  readonly packedBytes: number
  /** The offset of the header before its data. */
  readonly at: number
}

/** Generous average size of an entry in the directory; it determines how many bytes are read. */
const ENTRY_BYTES = 256

/** Unless the archive has a long comment, the end record is within this many bytes from the end. */
const TAIL_BYTES = 4_096

export const LOCAL_HEADER = 'PK\x03\x04'
const DIRECTORY_HEADER = 'PK\x01\x02'
const END_RECORD = 'PK\x05\x06'

const DEFLATED = 8

/**
 * The first `most` members of a zip; none if it has no directory. The limit makes a huge archive as cheap as a small
 * one.
 */
export function zipDirectory(source: ByteSource, most: number): ZipMember[] {
  const tail = source.read(Math.max(0, source.size - TAIL_BYTES), TAIL_BYTES)
  let end = tail.length - 22
  while (end >= 0 && !startsAt(tail, end, END_RECORD)) end--
  if (end < 0) return []
  const length = Math.min(u32le(tail, end + 12), most * ENTRY_BYTES)
  const directory = source.read(u32le(tail, end + 16), length)
  const members: ZipMember[] = []
  let at = 0
  while (members.length < most && startsAt(directory, at, DIRECTORY_HEADER)) {
    const nameEnd = at + 46 + u16le(directory, at + 28)
    members.push({
      name: latin1(directory, at + 46, nameEnd),
      isDeflated: u16le(directory, at + 10) === DEFLATED,
      packedBytes: u32le(directory, at + 20),
      at: u32le(directory, at + 42),
    })
    at = nameEnd + u16le(directory, at + 30) + u16le(directory, at + 32)
  }
  return members
}
