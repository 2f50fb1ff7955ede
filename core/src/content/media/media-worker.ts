import { displayName, fsPath, type RawName } from '../../util/file-name.ts'
import { serveThread } from '../serve-thread.ts'
import { type AudioFacts, readAudioFacts } from './audio-facts.ts'
import { type ImageFacts, readImageFacts } from './image-facts.ts'

export interface MediaRequest {
  readonly path: RawName
  readonly type: 'image' | 'audio'
}

export type MediaReply =
  | { readonly kind: 'image'; readonly row: ImageFacts }
  | { readonly kind: 'audio'; readonly row: AudioFacts }

serveThread<MediaRequest, MediaReply>(async ({ path, type }) => {
  if (type === 'image') return { reply: { kind: 'image', row: await readImageFacts(fsPath(path)) } }
  return { reply: { kind: 'audio', row: await readAudioFacts(displayName(path)) } }
})
