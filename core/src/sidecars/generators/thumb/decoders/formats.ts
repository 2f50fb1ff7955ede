import type { FileType } from '../../../../domain/index.ts'
import type { ContentFacts, PoolName } from '../../generator.ts'

/** The decoders, each named after its file here. */
export type DecoderName =
  | 'audio'
  | 'bitmap'
  | 'dicom'
  | 'epub'
  | 'ffmpeg'
  | 'font'
  | 'heif'
  | 'icns'
  | 'netpbm'
  | 'office'
  | 'pdf'
  | 'postscript'
  | 'psd'
  | 'raw'
  | 'sharp'
  | 'svg'
  | 'text'
  | 'tiff'
  | 'video'
  | 'xcf'

/** Facts about the contents that a decoder accepts; they are known without loading it. */
export interface Decoder {
  readonly name: DecoderName
  readonly pool: PoolName
  /** MIME types that the decoder accepts, whatever the type of the content. */
  readonly mimes: readonly string[]
  /** Types of which the decoder accepts every format, except formats that another decoder lists in `mimes`. */
  readonly types: readonly FileType[]
}

/** Raw photos, by camera maker. */
const rawPhotos = [
  'image/x-adobe-dng',
  'image/x-canon-cr2',
  'image/x-canon-cr3',
  'image/x-canon-crw',
  'image/x-nikon-nef',
  'image/x-sony-arw',
  'image/x-olympus-orf',
  'image/x-fuji-raf',
  'image/x-panasonic-rw2',
  'image/x-pentax-pef',
  'image/x-samsung-srw',
  'image/x-sigma-x3f',
  'image/x-minolta-mrw',
  'image/x-kodak-kdc',
  'image/x-epson-erf',
  'image/x-hasselblad-3fr',
  'image/x-phaseone-iiq',
  'image/x-mamiya-mef',
]

/** All decoders. If two accept a content, the first one gets it. */
const decoders: readonly Decoder[] = [
  {
    name: 'sharp',
    pool: 'image',
    mimes: ['image/jpeg', 'image/png', 'image/apng', 'image/webp', 'image/avif', 'image/gif'],
    types: [],
  },
  {
    name: 'heif',
    pool: 'av',
    mimes: ['image/heic', 'image/heic-sequence', 'image/heif', 'image/heif-sequence'],
    types: [],
  },
  {
    name: 'bitmap',
    pool: 'image',
    mimes: ['image/bmp', 'image/vnd.microsoft.icon', 'image/x-win-bitmap'],
    types: [],
  },
  {
    name: 'netpbm',
    pool: 'image',
    mimes: ['image/x-portable-bitmap', 'image/x-portable-graymap', 'image/x-portable-pixmap'],
    types: [],
  },
  { name: 'svg', pool: 'image', mimes: ['image/svg+xml', 'image/svg+xml-compressed'], types: [] },
  { name: 'icns', pool: 'image', mimes: ['image/icns'], types: [] },
  // This decoder uses `ffmpeg` for formats that sharp does not support.
  { name: 'tiff', pool: 'av', mimes: ['image/tiff'], types: [] },
  {
    name: 'postscript',
    pool: 'doc',
    mimes: ['application/illustrator', 'image/x-eps', 'application/postscript'],
    types: [],
  },
  { name: 'xcf', pool: 'image', mimes: ['image/x-xcf'], types: [] },
  { name: 'dicom', pool: 'image', mimes: ['application/dicom'], types: [] },
  { name: 'psd', pool: 'image', mimes: ['image/vnd.adobe.photoshop'], types: [] },
  { name: 'raw', pool: 'image', mimes: rawPhotos, types: [] },
  { name: 'pdf', pool: 'doc', mimes: ['application/pdf'], types: [] },
  { name: 'epub', pool: 'doc', mimes: ['application/epub+zip'], types: [] },
  {
    name: 'office',
    pool: 'doc',
    mimes: [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      'application/vnd.oasis.opendocument.text',
      'application/vnd.oasis.opendocument.spreadsheet',
      'application/vnd.oasis.opendocument.presentation',
      'application/vnd.oasis.opendocument.graphics',
      'application/vnd.apple.pages',
      'application/vnd.apple.numbers',
      'application/vnd.apple.keynote',
      'application/x-krita',
      'image/openraster',
    ],
    types: [],
  },
  {
    name: 'font',
    pool: 'doc',
    mimes: ['font/ttf', 'font/otf', 'font/collection', 'font/woff', 'font/woff2'],
    types: [],
  },
  {
    name: 'text',
    pool: 'doc',
    mimes: ['application/msword', 'application/rtf', 'text/rtf', 'text/csv', 'text/tab-separated-values'],
    types: ['text', 'code', 'config', 'web', 'email'],
  },
  { name: 'video', pool: 'av', mimes: [], types: ['video'] },
  { name: 'audio', pool: 'av', mimes: [], types: ['audio'] },
  { name: 'ffmpeg', pool: 'av', mimes: [], types: ['image'] },
]

/** The decoder for a content; undefined if there is none. */
export function decoderOf({ type, mime }: ContentFacts): Decoder | undefined {
  return (
    decoders.find(({ mimes }) => mime !== null && mimes.includes(mime)) ??
    decoders.find(({ types }) => types.includes(type))
  )
}
