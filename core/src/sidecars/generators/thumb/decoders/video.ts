import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { decode as decodeCover } from './audio.ts'
import { frameByFfmpeg } from './ffmpeg.ts'
import type { Decode } from './picture.ts'
import { withTextPath } from './text-path.ts'
import { decodeVideo } from './video/decode-video.ts'

/** Video: by the embedded decoder, and what that cannot do by `ffmpeg` where it is on PATH. */
export const decode: Decode = async (source, content, side) => {
  try {
    const picture = await withTextPath(source, (path) => decodeVideo(path, side))
    return picture ?? (await decodeCover(source, content, side))
  } catch (err) {
    const picture = await frameByFfmpeg(source, side).catch(() => Promise.reject(err))
    if (picture) return picture
    if (!(err instanceof CoreError) || err.code !== 'Unsupported') throw err
    throw new CoreError('Unsupported', `${errorMessage(err)}; ffmpeg on PATH would make it`, { cause: err })
  }
}
