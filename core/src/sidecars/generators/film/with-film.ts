import { CoreError } from '../../../util/errors.ts'
import type { RawName } from '../../../util/file-name.ts'
import { withTextPath } from '../thumb/decoders/text-path.ts'
import { openEmbeddedFilm } from './embedded-film.ts'
import { openFfmpegFilm } from './ffmpeg-film.ts'
import type { Film } from './film.ts'

/**
 * Opens a film for `use` with the embedded engine, or, if that fails, with the `ffmpeg` on PATH. Throws `Corrupt`,
 * `Unsupported`.
 */
export function withFilm<T>(source: RawName, use: (film: Film) => Promise<T>): Promise<T> {
  return withTextPath(source, async (path) => {
    try {
      using film = await openEmbeddedFilm(path)
      if (film) return await use(film)
    } catch (err) {
      return await byFfmpeg(path, use, err)
    }
    throw new CoreError('Unsupported', 'the video has no frames')
  })
}

async function byFfmpeg<T>(path: string, use: (film: Film) => Promise<T>, failure: unknown): Promise<T> {
  const isUnknown = failure instanceof CoreError && failure.code === 'Unsupported'
  try {
    using film = await openFfmpegFilm(path)
    if (film) return await use(film)
  } catch (err) {
    // If the embedded engine supports this kind of film, its error is the more exact one.
    throw isUnknown ? err : failure
  }
  if (!isUnknown) throw failure
  throw new CoreError('Unsupported', `${failure.message}; ffmpeg on PATH would make it`, { cause: failure })
}
