import { fsPath, type RawName } from '../../util/file-name.ts'
import type { ReadFailure } from '../regular-file.ts'
import type { DocumentReading } from './document/read-document.ts'
import type { MediaKind } from './media-facts.ts'
import type { AudioReading } from './read-audio.ts'
import type { ImageReading } from './read-image.ts'
import type { VideoReading } from './video/read-video.ts'

export interface MediaRequest {
  readonly path: RawName
  readonly type: MediaKind
}

export type MediaReply = ImageReading | AudioReading | VideoReading | DocumentReading | ReadFailure | null

/** Reads the metadata of one media file. The parsers for each kind are loaded when its first file is read. */
export async function readMedia({ path, type }: MediaRequest): Promise<MediaReply> {
  switch (type) {
    case 'image': {
      const { readImage } = await import('./read-image.ts')
      return readImage(fsPath(path))
    }
    case 'audio': {
      const { readAudio } = await import('./read-audio.ts')
      return readAudio(fsPath(path))
    }
    case 'video': {
      const { readVideo } = await import('./video/read-video.ts')
      return readVideo(fsPath(path))
    }
    case 'document': {
      const { readDocument } = await import('./document/read-document.ts')
      return readDocument(fsPath(path))
    }
  }
}
