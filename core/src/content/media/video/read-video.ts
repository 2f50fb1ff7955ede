import { openAsBlob } from 'node:fs'
import { errorMessage } from '../../../util/errors.ts'
import { fsPath } from '../../../util/file-name.ts'
import { reachable } from '../../../util/reachable-path.ts'
import { type FilePath, fileSource, readFully, type ReadFailure, withRegularFile } from '../../regular-file.ts'
import { keywordsOf, ratingOf } from '../image-facts.ts'
import { parseTagParts } from '../image-tags.ts'
import { keywordsText } from '../keywords.ts'
import { readAsf } from './asf.ts'
import { readAvi } from './avi.ts'
import { readFlv } from './flv.ts'
import { readMatroska } from './matroska.ts'
import { mp4Facts, type Mp4Facts } from './mp4-facts.ts'
import { readMpeg } from './mpeg.ts'
import { readTheora } from './theora.ts'
import { type FoundVideo, type VideoFacts, videoFacts } from './video-facts.ts'

/** The headers that are read here are at the beginning of the file. */
const HEAD_BYTES = 524_288

export interface VideoReading {
  readonly kind: 'video'
  readonly row: VideoFacts
}

interface Header {
  readonly size: number
  /** Complete metadata, if this code reads the container itself. */
  readonly whole: FoundVideo | null
  /** Values that are not in the tracks. */
  readonly beside: FoundVideo
  readonly mp4: Mp4Facts | null
}

/**
 * Reads the metadata of a video; null if it has none that is supported. Call it in a thread with a deadline, because
 * some damaged videos make the track reader loop for ever.
 */
export async function readVideo(path: FilePath): Promise<VideoReading | ReadFailure | null> {
  const header = withRegularFile(path, (fd, { size: bigSize }): Header => {
    const size = Number(bigSize)
    const head = new Uint8Array(Math.min(size, HEAD_BYTES))
    const read = readFully(fd, head, { start: 0, length: head.length, position: 0 })
    const source = fileSource(fd, size, head.subarray(0, read))
    const mp4 = mp4Facts(source)
    return {
      size,
      whole: readAvi(source) ?? readAsf(source) ?? readFlv(source) ?? readMpeg(source),
      beside: mp4 ?? readTheora(source) ?? readMatroska(source) ?? {},
      mp4,
    }
  })
  if ('state' in header) return header
  try {
    const found = header.whole ?? merge((await tracksOf(path)) ?? {}, { ...header.beside, ...(await tagsOf(header)) })
    const row = videoFacts(found, header.size)
    return Object.values(row).every((value) => value === null) ? null : { kind: 'video', row }
  } catch (err) {
    return { state: 'failed', code: 'ECORRUPT', message: errorMessage(err) }
  }
}

/** The keywords and the rating of an MP4 or QuickTime file. */
async function tagsOf({ mp4 }: Header): Promise<FoundVideo | null> {
  if (!mp4) return null
  const { tags } = await parseTagParts({ main: null, xmp: mp4.xmp, colorProfile: null })
  return { keywords: keywordsText([...mp4.listed, ...keywordsOf(tags)]), rating: ratingOf(tags) }
}

async function tracksOf(path: FilePath): Promise<FoundVideo | null> {
  // Loaded on use, because a program that reads no video does not need it.
  const { readEmbedded } = await import('./embedded.ts')
  using short = reachable(path)
  // A blob accepts paths that are not UTF-8.
  return readEmbedded(await openAsBlob(fsPath(short.path)))
}

/** Values from outside the tracks are exact, so they take precedence over those from the tracks. */
function merge(tracks: FoundVideo, beside: FoundVideo): FoundVideo {
  const said = Object.entries(beside).filter(([, value]) => value !== null && value !== undefined)
  return { ...tracks, ...Object.fromEntries(said) }
}
