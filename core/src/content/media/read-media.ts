import { fsPath, type RawName } from '../../util/file-name.ts'
import type { ReadFailure } from '../regular-file.ts'
import { type AudioReading, readAudio } from './read-audio.ts'
import { type ImageReading, readImage } from './read-image.ts'
import { readVideo, type VideoReading } from './video/read-video.ts'

export interface MediaRequest {
  readonly path: RawName
  readonly type: 'image' | 'audio' | 'video'
}

export type MediaReply = ImageReading | AudioReading | VideoReading | ReadFailure | null

/** Reads the metadata of one media file. */
export async function readMedia({ path, type }: MediaRequest): Promise<MediaReply> {
  switch (type) {
    case 'image':
      return readImage(fsPath(path))
    case 'audio':
      return readAudio(fsPath(path))
    case 'video':
      return readVideo(fsPath(path))
  }
}
