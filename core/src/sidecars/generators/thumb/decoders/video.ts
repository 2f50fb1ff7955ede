import { CoreError } from '../../../../util/errors.ts'
import { decode as decodeCover } from './audio.ts'
import { frameByFfmpeg } from './ffmpeg.ts'
import type { Decode } from './picture.ts'
import { withTextPath } from './text-path.ts'
import { decodeVideo } from './video/decode-video.ts'

/** Decodes a frame of a video with the embedded decoder; if that fails, with the `ffmpeg` on PATH. */
export const decode: Decode = async (source, content, side) => {
  try {
    const picture = await withTextPath(source, (path) => decodeVideo(path, side))
    return picture ?? (await decodeCover(source, content, side).catch(() => Promise.reject(empty())))
  } catch (err) {
    if (!(err instanceof CoreError) || err.code !== 'Unsupported') {
      const picture = await frameByFfmpeg(source, side).catch(() => null)
      if (picture) return picture
      throw err
    }
    if (err.message === NO_PICTURES) throw err
    const picture = await frameByFfmpeg(source, side)
    if (picture) return picture
    throw new CoreError('Unsupported', `${err.message}; ffmpeg on PATH would make it`, { cause: err })
  }
}

const NO_PICTURES = 'the video has no frames'

function empty(): CoreError {
  return new CoreError('Unsupported', NO_PICTURES)
}
