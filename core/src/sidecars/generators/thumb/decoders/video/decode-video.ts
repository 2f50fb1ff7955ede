import { CoreError } from '../../../../../util/errors.ts'
import { type EmbeddedFilm, openEmbeddedFilm } from '../../../film/embedded-film.ts'
import { firstToShow } from '../../../film/look.ts'
import type { Picture } from '../picture.ts'

/** The positions of candidate frames, as fractions of the length of a video. The first that shows something is used. */
const PLACES = [0.1, 0.3, 0.5, 0.75, 0]
/** If no key frame shows anything, other frames are searched for at most this many milliseconds. */
const SEARCH_MS = 5_000

/**
 * Decodes a frame of a video, upright, in sRGB; null if the file has no video frames. Throws `Corrupt`, and
 * `Unsupported` for containers and codecs without an embedded decoder.
 */
export async function decodeVideo(path: string, side: number): Promise<Picture | null> {
  using film = await openEmbeddedFilm(path)
  if (!film) return null
  const failures: Error[] = []
  const found = await firstToShow(candidates(film, side, failures))
  if (found) return found
  throw failures[0] ?? new CoreError('Corrupt', 'the video has no complete frame to start from')
}

async function* candidates(film: EmbeddedFilm, side: number, failures: Error[]): AsyncGenerator<Picture> {
  const seen = new Set<number>()
  for (const place of PLACES) {
    try {
      const picture = await film.keyPicture(film.length * place, { side, seen })
      if (picture) yield picture
    } catch (err) {
      // The frame is damaged; try another one.
      failures.push(err instanceof Error ? err : new Error(String(err)))
    }
  }
  // A short film has only one key frame, which may be dark.
  const moments = PLACES.map((place) => film.length * place).toSorted((a, b) => a - b)
  try {
    for await (const picture of film.pictures(moments, { side, near: 0, exactMs: SEARCH_MS }))
      if (picture) yield picture
  } catch (err) {
    // If another picture was found before, it is shown in spite of the failure.
    failures.push(err instanceof Error ? err : new Error(String(err)))
  }
}
