import { fileSource, readFully, withRegularFile } from '../../regular-file.ts'
import type { FilePath, ReadFailure } from '../../regular-file.ts'
import { startsAt } from '../../types/structure/bytes.ts'
import { cameraTime } from '../camera-time.ts'
import { readHeif } from '../heif.ts'
import { parseTags, tagBytes } from '../image-tags.ts'
import { appleContentIdentifier, cleanIdentifier, jpegExif } from './apple-note.ts'
import { type QuickTimeFacts, readQuickTime } from './quicktime.ts'

/** The time at which a photo or a film was taken, and the id that links a photo with its video. */
export interface Capture {
  /** The id that a photo and the video taken with it share. */
  readonly identifier: string | null
  /** Milliseconds since 1970; null if the time zone is unknown. */
  readonly atMs: number | null
  /** The time on the camera's clock, read as UTC. */
  readonly clockMs: number | null
  /** Set only for a film. */
  readonly durationMs: number | null
}

/** Bytes read from the beginning, which contain EXIF. Parts of a HEIC that are further in are read separately. */
const HEAD_BYTES = 262_144

const IDENTIFIER = 'com.apple.quicktime.content.identifier'
const CREATION_DATE = 'com.apple.quicktime.creationdate'

const NOTHING: Capture = { identifier: null, atMs: null, clockMs: null, durationMs: null }

/**
 * Reads the header of a JPEG, HEIC, MOV or MP4; for other files all fields are null. Blocks its thread: for workers.
 */
export async function readCapture(path: FilePath): Promise<Capture | ReadFailure> {
  const header = withRegularFile(path, (fd, { size: bigSize }) => {
    const size = Number(bigSize)
    const head = new Uint8Array(Math.min(size, HEAD_BYTES))
    const read = readFully(fd, head, { start: 0, length: head.length, position: 0 })
    const source = fileSource(fd, size, head.subarray(0, read))
    // The file may be damaged: parts that cannot be read count as unknown.
    const heif = attempt(() => readHeif(source))
    const isPhoto = heif !== null || startsAt(head, 0, '\xff\xd8')
    const exif = isPhoto ? attempt(() => (heif ? tagBytes(source, heif) : jpegExif(source.head))) : null
    return { exif, film: isPhoto ? null : attempt(() => readQuickTime(source)) }
  })
  if ('state' in header) return header
  const { exif, film } = header
  if (exif) return photoCapture(exif)
  return film ? filmCapture(film) : NOTHING
}

async function photoCapture(exif: Uint8Array): Promise<Capture> {
  const { tags } = await parseTags(exif)
  const time = cameraTime(tags)
  const clockMs = time && Date.parse(`${time.text.slice(0, 19)}Z`)
  const offset = time?.offsetMinutes ?? null
  return {
    identifier: attempt(() => appleContentIdentifier(exif)),
    atMs: clockMs === null || offset === null ? null : clockMs - offset * 60_000,
    clockMs,
    durationMs: null,
  }
}

function filmCapture({ createdMs, durationMs, values }: QuickTimeFacts): Capture {
  const identifier = values.get(IDENTIFIER)
  const creationDate = values.get(CREATION_DATE)
  const stated = creationDate === undefined ? null : statedTime(creationDate)
  return {
    identifier: identifier === undefined ? null : cleanIdentifier(identifier),
    atMs: stated?.atMs ?? createdMs,
    clockMs: stated?.clockMs ?? null,
    durationMs,
  }
}

/** Parses a time such as `2024-05-01T10:20:30+0200`. */
function statedTime(text: string): { atMs: number | null; clockMs: number } | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:(Z)|([+-])(\d\d):?(\d\d))?$/.exec(text.trim())
  const clockMs = match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN
  if (!match || Number.isNaN(clockMs)) return null
  const [, , , zulu, sign, hours, minutes] = match
  if (zulu) return { atMs: clockMs, clockMs }
  if (!sign) return { atMs: null, clockMs }
  return { atMs: clockMs - Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000, clockMs }
}

/** Null if a damaged file makes the reader throw. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
