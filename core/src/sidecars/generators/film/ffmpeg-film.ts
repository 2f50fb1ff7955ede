import { CoreError } from '../../../util/errors.ts'
import { BT_2020, colourToSrgb, HLG, PQ } from '../thumb/decoders/colour.ts'
import { fromEncoded, type Picture } from '../thumb/decoders/picture.ts'
import { contained, ffmpegEngine, findFfmpeg, fitted, MAX_PNG_BYTES, onePng, probeFilm, runFfmpeg } from './ffmpeg.ts'
import type { Film } from './film.ts'

/** The number of frames from which ffmpeg chooses the most typical one. */
const PICTURES = 24

/** Numbers of ITU-T H.273, by the names of ffmpeg. */
const transfers: Readonly<Record<string, number>> = { smpte2084: PQ, 'arib-std-b67': HLG }

/** A film that the `ffmpeg` on PATH decodes. */
export interface FfmpegFilm extends Film {
  /** The most typical frame of those after a moment; null if there are none. */
  usualPicture(at: number, side: number): Promise<Picture | null>
}

/**
 * Opens a film; null if there is no `ffmpeg`. Throws `Corrupt`, and `Unsupported` if it has no video frames.
 */
export async function openFfmpegFilm(path: string): Promise<FfmpegFilm | null> {
  const program = findFfmpeg()
  if (!program) return null
  const facts = await probeFilm(path)
  if (facts.hasPictures === false) throw new CoreError('Unsupported', 'the video has no frames')
  const engine = await ffmpegEngine(program)
  const range = facts.bright === null ? null : { primaries: BT_2020, transfer: transfers[facts.bright] ?? PQ }
  /** Whether a frame was found at any moment. */
  let seen = false

  async function picture(at: number, side: number, ...chosen: string[]): Promise<Picture | null> {
    const seek = at > 0 ? ['-ss', at.toFixed(3)] : []
    const filters = [...(facts.interlaced ? ['yadif'] : []), ...chosen, fitted(side)].join(',')
    const args = [...contained, ...seek, '-i', `file:${path}`, '-map', '0:V:0', ...onePng(filters)]
    const png = await runFfmpeg(program!, args, { maxBytes: MAX_PNG_BYTES })
    if (png.length === 0) return null
    const found = await fromEncoded(png, side)
    // Colours are converted here, because many builds of ffmpeg have no filter for it.
    if (range && found.channels >= 3) colourToSrgb(found.data, range, found.channels === 4 ? 4 : 3)
    return { ...found, engine }
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
