import type { FileType } from '../../../../domain/index.ts'
import type { ContentFacts, PoolName } from '../../generator.ts'

/** The decoders, each named after its file here. */
export type DecoderName = 'audio' | 'ffmpeg' | 'heif' | 'sharp' | 'video'

/** Which contents a decoder is given; known without loading it. */
export interface Decoder {
  readonly name: DecoderName
  readonly pool: PoolName
  /** Formats it takes, whatever their type. */
  readonly mimes: readonly string[]
  /** Types of which it takes all that no decoder takes by its format. */
  readonly types: readonly FileType[]
}

/** Every decoder. Of two that take a format, the first is given it. */
const decoders: readonly Decoder[] = [
  {
    name: 'sharp',
    pool: 'image',
    mimes: [
      'image/jpeg',
      'image/png',
      'image/apng',
      'image/webp',
      'image/avif',
      'image/gif',
      'image/svg+xml',
      'image/tiff',
    ],
    types: [],
  },
  {
    name: 'heif',
    pool: 'av',
    mimes: ['image/heic', 'image/heic-sequence', 'image/heif', 'image/heif-sequence'],
    types: [],
  },
  { name: 'video', pool: 'av', mimes: [], types: ['video'] },
  { name: 'audio', pool: 'av', mimes: [], types: ['audio'] },
  { name: 'ffmpeg', pool: 'av', mimes: [], types: ['image'] },
]

/** What decodes such a content; undefined where nothing does. */
export function decoderOf({ type, mime }: ContentFacts): Decoder | undefined {
  return (
    decoders.find(({ mimes }) => mime !== null && mimes.includes(mime)) ??
    decoders.find(({ types }) => types.includes(type))
  )
}
