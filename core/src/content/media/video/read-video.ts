import { openAsBlob } from 'node:fs'
import { errorMessage } from '../../../util/errors.ts'
import { fsPath } from '../../../util/file-name.ts'
import { reachable } from '../../../util/reachable-path.ts'
import { type FilePath, fileSource, readFully, type ReadFailure, withRegularFile } from '../../regular-file.ts'
import { readAsf } from './asf.ts'
import { readAvi } from './avi.ts'
import { readFlv } from './flv.ts'
import { readMatroska } from './matroska.ts'
import { mp4CreationTime } from './mp4-time.ts'
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
  /** Values outside the tracks. */
  readonly beside: FoundVideo
}

/**
 * The metadata of a video; null if it has none that is understood. Call it in a thread with a deadline, because some
 * damaged videos make the track reader loop for ever.
 */
export async function readVideo(path: FilePath): Promise<VideoReading | ReadFailure | null> {
  const header = withRegularFile(path, (fd, { size: bigSize }): Header => {
    const size = Number(bigSize)
    const head = new Uint8Array(Math.min(size, HEAD_BYTES))
    const read = readFully(fd, head, { start: 0, length: head.length, position: 0 })
    const source = fileSource(fd, size, head.subarray(0, read))
    return {
      size,
      whole: readAvi(source) ?? readAsf(source) ?? readFlv(source) ?? readMpeg(source),
      beside: readTheora(source) ?? readMatroska(source) ?? { creation_time: mp4CreationTime(source) },
    }
  })
  if ('state' in header) return header
  try {
    const found = header.whole ?? merge((await tracksOf(path)) ?? {}, header.beside)
    const row = videoFacts(found, header.size)
    return row.codec === null && row.width === null && row.duration_ms === null ? null : { kind: 'video', row }
  } catch (err) {
    return { state: 'failed', code: 'ECORRUPT', message: errorMessage(err) }
  }
}

async function tracksOf(path: FilePath): Promise<FoundVideo | null> {
  // Loaded on use, so that only programs that read a video pay for the reader.
  const { readEmbedded } = await import('./embedded.ts')
  using short = reachable(path)
  // A blob accepts paths that are not UTF-8.
  return readEmbedded(await openAsBlob(fsPath(short.path)))
}

/** Values from the header outside the tracks are exact and take precedence over those of the tracks. */
function merge(tracks: FoundVideo, beside: FoundVideo): FoundVideo {
  const said = Object.entries(beside).filter(([, value]) => value !== null && value !== undefined)
  return { ...tracks, ...Object.fromEntries(said) }
}
