import { openAsBlob, readFileSync } from 'node:fs'
import {
  CouldNotDetermineFileTypeError,
  type IAudioMetadata,
  parseBlob,
  parseBuffer,
  UnsupportedFileTypeError,
} from 'music-metadata'
import { errorMessage } from '../../util/errors.ts'
import { fsPath } from '../../util/file-name.ts'
import { reachable } from '../../util/reachable-path.ts'
import { withRegularFile } from '../regular-file.ts'
import type { FilePath, ReadFailure } from '../regular-file.ts'
import type { AudioFacts } from './audio-facts.ts'
import { audioFacts } from './audio-facts.ts'

/**
 * If the file does not state its length, the frames are counted in memory. An hour of MP3 fits; for larger files the
 * length stays unknown.
 */
const MAX_COUNTED_BYTES = 67_108_864

export interface AudioReading {
  readonly kind: 'audio'
  readonly row: AudioFacts
}

/** Reads the metadata of a sound file; null if it has none that is supported. */
export async function readAudio(path: FilePath): Promise<AudioReading | ReadFailure | null> {
  const size = withRegularFile(path, (_fd, stat) => Number(stat.size))
  if (typeof size !== 'number') return size
  try {
    using short = reachable(path)
    const row = audioFacts(await parse(fsPath(short.path), size))
    return row.codec === null && row.duration_ms === null ? null : { kind: 'audio', row }
  } catch (err) {
    if (err instanceof CouldNotDetermineFileTypeError || err instanceof UnsupportedFileTypeError) return null
    return { state: 'failed', code: 'ECORRUPT', message: errorMessage(err) }
  }
}

async function parse(path: FilePath, size: number): Promise<IAudioMetadata> {
  // A blob accepts paths that are not UTF-8, and the format is detected from the bytes alone.
  const found = await parseBlob(await openAsBlob(path), { duration: false, skipCovers: true })
  if (found.format.duration !== undefined || size > MAX_COUNTED_BYTES) return found
  return parseBuffer(readFileSync(path), { size }, { duration: true, skipCovers: true })
}
