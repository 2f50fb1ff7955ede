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

/** Headers of the containers that are read here lie at the beginning. */
const HEAD_BYTES = 524_288

export interface VideoReading {
  readonly kind: 'video'
  readonly row: VideoFacts
}

interface Header {
  readonly size: number
  /** All there is to know: its container is read here. */
  readonly whole: FoundVideo | null
  /** What is known beside the tracks. */
  readonly beside: FoundVideo
}

/**
 * What a video says of itself; null where it says nothing that is understood. To be called in a thread that a deadline
 * ends: there are damaged videos of which the reader of tracks never comes back.
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
  // Only who meets a video pays for what reads it.
  const { readEmbedded } = await import('./embedded.ts')
  using short = reachable(path)
  // A blob takes paths that are no text.
  return readEmbedded(await openAsBlob(fsPath(short.path)))
}

/** What a header says beside its tracks is exact; what it does not say is taken from the tracks. */
function merge(tracks: FoundVideo, beside: FoundVideo): FoundVideo {
  const said = Object.entries(beside).filter(([, value]) => value !== null && value !== undefined)
  return { ...tracks, ...Object.fromEntries(said) }
}
