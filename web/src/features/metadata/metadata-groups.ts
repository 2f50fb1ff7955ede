import type { Format } from '../../format/index.ts'
import type { fieldNames } from './field-names.ts'

export type FieldName = keyof (typeof fieldNames)['en']['fields']
export type GroupName = keyof (typeof fieldNames)['en']['groups']

export interface MetadataRow {
  /** A label that is translated, or what the file calls it where nobody knows the field. */
  readonly field: FieldName | { readonly raw: string }
  readonly value: string
}

export interface MetadataGroup {
  readonly name: GroupName
  readonly rows: readonly MetadataRow[]
}

type Metadata = Readonly<Record<string, unknown>>

/** How values are said in the language of the page. */
export interface MetadataWords extends Pick<Format, 'count' | 'duration'> {
  readonly locale: string
  /** EXIF 1 to 8. */
  readonly orientations: readonly string[]
  readonly north: string
  readonly south: string
  readonly east: string
  readonly west: string
  readonly megapixels: (count: string) => string
  readonly perSecond: (count: string) => string
  readonly rejected: string
}

/** What a file says of itself, in groups that a person reads; what has no label here comes last. */
export function metadataGroups(metadata: Metadata, words: MetadataWords): MetadataGroup[] {
  const { xmp, ...own } = metadata
  const taken = new Set<string>()
  const groups = makeGroups(reader(own, taken), words)
  const beside = isRecord(xmp) ? [{ name: 'xmp' as const, rows: xmpRows(xmp, words) }] : []
  const rest = Object.entries(own).filter(([key, value]) => !taken.has(key) && value !== null)
  const more = rest.map(([key, value]) => ({ field: { raw: key }, value: plain(value) }))
  return [...groups, ...beside, { name: 'more' as const, rows: more }].filter(({ rows }) => rows.length > 0)
}

interface Reader {
  readonly text: (key: string) => string | null
  readonly number: (key: string) => number | null
  /** A list of texts as one text. */
  readonly list: (key: string) => string | null
}

/** Reads fields, and notes which were. */
function reader(metadata: Metadata, taken: Set<string>): Reader {
  const get = (key: string) => {
    taken.add(key)
    return metadata[key]
  }
  return {
    text(key) {
      const value = get(key)
      return typeof value === 'string' && value !== '' ? value : null
    },
    number(key) {
      const value = get(key)
      return typeof value === 'number' && Number.isFinite(value) ? value : null
    },
    list(key) {
      const value = get(key)
      return Array.isArray(value) && value.length > 0 ? value.join(', ') : null
    },
  }
}

function makeGroups({ list, number, text }: Reader, words: MetadataWords): MetadataGroup[] {
  const row = (field: FieldName, value: string | null): MetadataRow[] => (value === null ? [] : [{ field, value }])
  const texts = (...fields: FieldName[]) => fields.flatMap((field) => row(field, text(field)))
  const counts = (...fields: FieldName[]) => fields.flatMap((field) => row(field, map(number(field), words.count)))
  const unit =
    (of: string, digits = 1) =>
    (value: number) =>
      `${new Intl.NumberFormat(words.locale, { maximumFractionDigits: digits }).format(value)} ${of}`
  const kilo = (of: string) => (value: number) => unit(of)(value / 1000)
  const written = (at: string) => (at.endsWith('Z') ? instant(at, words.locale) : wallClock(at, null, words.locale))
  const latitude = number('latitude')
  const longitude = number('longitude')
  return [
    {
      name: 'about',
      rows: [
        ...texts('title', 'artist', 'author', 'album', 'albumArtist', 'composer', 'genre'),
        ...row('year', map(number('year'), String)),
        ...counts('trackNumber', 'discNumber'),
        ...row('rating', map(number('rating'), stars(words))),
        ...texts('subject', 'description'),
        ...row('keywords', list('keywords')),
        ...texts('publisher', 'copyright'),
        ...counts('pages', 'slides', 'sheets'),
        ...row('creationTime', map(text('createdAt'), written)),
        ...row('changedAt', map(text('modifiedAt'), written)),
        ...texts('program'),
      ],
    },
    {
      name: 'taken',
      rows: [
        ...row(
          'takenAt',
          map(text('takenAt'), (at) => wallClock(at, number('takenOffsetMinutes'), words.locale)),
        ),
        ...row(
          'creationTime',
          map(text('creationTime'), (at) => instant(at, words.locale)),
        ),
        ...row('place', latitude === null || longitude === null ? null : coordinates(latitude, longitude, words)),
        ...row('altitude', map(number('altitude'), unit('m', 0))),
      ],
    },
    {
      name: 'camera',
      rows: [
        ...row('camera', camera(text('cameraMake'), text('cameraModel'))),
        ...row('lens', text('lensModel')),
        ...row(
          'shutterSpeed',
          map(number('shutterSpeed'), (seconds) => exposure(seconds, words.locale)),
        ),
        ...row(
          'aperture',
          map(number('aperture'), (f) => `f/${unit('')(f).trim()}`),
        ),
        ...row('iso', map(number('iso'), String)),
        ...row('focalLength', map(number('focalLength'), unit('mm'))),
      ],
    },
    {
      name: 'picture',
      rows: [
        ...row('dimensions', dimensions(number('width'), number('height'), words)),
        ...row(
          'orientation',
          map(number('orientation'), (code) => words.orientations[code - 1] ?? String(code)),
        ),
        ...row(
          'rotation',
          map(number('rotation'), (degrees) => `${degrees}°`),
        ),
        ...row(
          'frameRate',
          map(ratio(number('fpsNum'), number('fpsDen')), (rate) => words.perSecond(unit('', 3)(rate).trim())),
        ),
        ...row(
          'bitDepth',
          map(number('bitDepth'), (bits) => `${bits} bit`),
        ),
        ...texts('codec', 'pixelFormat', 'colorSpace', 'colorProfile', 'colorRange', 'colorPrimaries', 'colorTransfer'),
      ],
    },
    {
      name: 'sound',
      rows: [
        ...row('duration', map(number('durationMs'), words.duration)),
        ...row('bitRate', map(number('bitRate'), kilo('kbit/s'))),
        ...texts('audioCodec'),
        ...row('channels', map(number('channels') ?? number('audioChannels'), words.count)),
        ...row('sampleRate', map(number('sampleRate') ?? number('audioSampleRate'), kilo('kHz'))),
        ...row('audioBitRate', map(number('audioBitRate'), kilo('kbit/s'))),
      ],
    },
  ]
}

/** What an XMP file beside it says. */
function xmpRows(xmp: Metadata, words: MetadataWords): MetadataRow[] {
  const taken = new Set<string>()
  const { list, number, text } = reader(xmp, taken)
  const row = (field: FieldName, value: string | null): MetadataRow[] => (value === null ? [] : [{ field, value }])
  const time = (key: string) => map(text(key), (at) => wallClock(at, null, words.locale))
  const latitude = number('latitude')
  const longitude = number('longitude')
  const rows = [
    ...row('rating', map(number('rating'), stars(words))),
    ...row('colourLabel', text('label')),
    ...row('title', text('title')),
    ...row('description', text('description')),
    ...row('artist', list('creators')),
    ...row('keywords', list('subjects')),
    ...row('copyright', text('rights')),
    ...row('takenAt', time('takenAt')),
    ...row('creationTime', time('createdAt')),
    ...row('changedAt', time('modifiedAt')),
    ...row('place', latitude === null || longitude === null ? null : coordinates(latitude, longitude, words)),
    ...row(
      'altitude',
      map(number('altitude'), (metres) => `${words.count(Math.round(metres))} m`),
    ),
    ...row('forExtension', text('forExtension')),
  ]
  const rest = Object.entries(xmp).filter(([key, value]) => !taken.has(key) && value !== null)
  return [...rows, ...rest.map(([key, value]) => ({ field: { raw: key }, value: plain(value) }))]
}

/** `★★★★☆` */
function stars({ rejected }: MetadataWords): (rating: number) => string {
  return (rating) => (rating < 0 ? rejected : '★'.repeat(rating).padEnd(5, '☆'))
}

/** `51.50340° N, 0.12760° W`: about a metre. */
function coordinates(latitude: number, longitude: number, { east, locale, north, south, west }: MetadataWords): string {
  const degrees = new Intl.NumberFormat(locale, { minimumFractionDigits: 5, maximumFractionDigits: 5 })
  const part = (value: number, positive: string, negative: string) =>
    `${degrees.format(Math.abs(value))}° ${value < 0 ? negative : positive}`
  return `${part(latitude, north, south)}, ${part(longitude, east, west)}`
}

/** Makers put their name before that of the model as often as not. */
function camera(make: string | null, model: string | null): string | null {
  if (make === null || model === null) return model ?? make
  return model.toLowerCase().startsWith(make.split(' ')[0]!.toLowerCase()) ? model : `${make} ${model}`
}

/** Shorter than a third of a second it is told as a fraction, as cameras do. */
function exposure(seconds: number, locale: string): string {
  if (seconds > 0 && seconds < 0.3) return `1/${Math.round(1 / seconds)} s`
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(seconds)} s`
}

const PIXELS_OF_A_MEGAPIXEL = 1_000_000

function dimensions(width: number | null, height: number | null, { count, locale, megapixels }: MetadataWords) {
  if (width === null || height === null) return null
  const size = `${count(width)} × ${count(height)}`
  const millions = (width * height) / PIXELS_OF_A_MEGAPIXEL
  if (millions < 1) return size
  return `${size} · ${megapixels(new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(millions))}`
}

/** A time as the clock showed it, wherever that was, with its offset where that is known. */
function wallClock(at: string, offsetMinutes: number | null, locale: string): string {
  const local = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)/.exec(at)?.[1]
  if (!local) return at
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })
  return `${time.format(new Date(`${local}Z`))}${offsetMinutes === null ? '' : ` (${utcOffset(offsetMinutes)})`}`
}

function utcOffset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`
}

function instant(at: string, locale: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return at
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(time)
}

function ratio(numerator: number | null, denominator: number | null): number | null {
  return numerator === null || !denominator ? null : numerator / denominator
}

function map<T>(value: T | null, to: (value: T) => string): string | null {
  return value === null ? null : to(value)
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isRecord(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
