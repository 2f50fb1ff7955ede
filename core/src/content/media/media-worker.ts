import { fsPath, type RawName } from '../../util/file-name.ts'
import type { ReadFailure } from '../regular-file.ts'
import { serveThread } from '../serve-thread.ts'
import type { Served } from '../thread-pool.ts'
import { type AudioReading, readAudio } from './read-audio.ts'
import { type ImageReading, readImage } from './read-image.ts'
import { readVideo, type VideoReading } from './video/read-video.ts'

export interface MediaRequest {
  readonly path: RawName
  readonly type: 'image' | 'audio' | 'video'
}

export type MediaReply = ImageReading | AudioReading | VideoReading | ReadFailure | null

serveThread(async ({ path, type }: MediaRequest): Promise<Served<MediaReply>> => {
  switch (type) {
    case 'image':
      return { reply: await readImage(fsPath(path)) }
    case 'audio':
      return { reply: await readAudio(fsPath(path)) }
    case 'video':
      return { reply: await readVideo(fsPath(path)) }
  }
})
