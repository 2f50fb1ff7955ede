import { CoreError } from '../../../util/errors.ts'
import { fromEncoded, type Picture } from '../thumb/decoders/picture.ts'
import { contained, ffmpegEngine, findFfmpeg, fitted, MAX_PNG_BYTES, onePng, probeFilm, runFfmpeg } from './ffmpeg.ts'
import { toStandardRange } from './ffmpeg.ts'
import type { Film } from './film.ts'

/** The time limit for one frame, in milliseconds. */
const FRAME_MS = 12_000
/** The number of frames from which ffmpeg chooses the most typical one. */
const PICTURES = 24

/** A film that the `ffmpeg` on PATH decodes. */
export interface FfmpegFilm extends Film {
  /** The most typical frame of those after a moment; null if there are none. */
  usualPicture(at: number, side: number): Promise<Picture | null>
}

/**
 * Opens a film; null if there is no `ffmpeg`. Throws `Corrupt`, `Timeout`, and `Unsupported` if it has no video frames.
 */
export async function openFfmpegFilm(path: string): Promise<FfmpegFilm | null> {
  const program = findFfmpeg()
  if (!program) return null
  const facts = await probeFilm(path)
  if (facts.hasPictures === false) throw new CoreError('Unsupported', 'the video has no frames')
  const engine = await ffmpegEngine(program)
  const standard = await toStandardRange(program, facts)
  /** Whether any moment had a frame. */
  let seen = false

  async function picture(at: number, side: number, ...chosen: string[]): Promise<Picture | null> {
    const seek = at > 0 ? ['-ss', at.toFixed(3)] : []
    const filters = [...chosen, fitted(side), ...standard].join(',')
    const args = [...contained, ...seek, '-i', `file:${path}`, '-map', '0:V:0', ...onePng(filters)]
    const png = await runFfmpeg(program!, args, { timeoutMs: FRAME_MS, maxBytes: MAX_PNG_BYTES })
    return png.length > 0 ? { ...(await fromEncoded(png, side)), engine } : null
  }

  return {
    engine,
    length: facts.length,
    usualPicture: (at, side) => picture(at, side, `thumbnail=${PICTURES}`),
    async *pictures(moments, { side }) {
      const failures: CoreError[] = []
      for (const moment of moments) {
        const found = await picture(moment, side).catch((err: unknown) => {
          // If the frame is damaged, others may not be.
          if (!isCorrupt(err)) throw err
          failures.push(err)
          return null
        })
        seen ||= found !== null
        yield found
      }
      if (!seen && failures[0]) throw failures[0]
    },
    [Symbol.dispose]: () => {},
  }
}

export function isCorrupt(err: unknown): err is CoreError {
  return err instanceof CoreError && err.code === 'Corrupt'
}
