import { CoreError } from '../../util/errors.ts'
import { readXml } from '../generators/text/xml.ts'
import type { XmpFacts } from './xmp-facts.ts'

/**
 * Limit on the size of an XMP file, in bytes. The history of a photo with many edits takes a megabyte; a larger file
 * does not describe a photo.
 */
export const MAX_XMP_BYTES = 8_388_608
/** Limit on a text, in characters. Captions are a paragraph at most. */
const MAX_TEXT = 10_000
const MAX_KEYWORD = 1_000
const MAX_LIST = 1_000
/** Limit on nesting: more than the depth of an item in the list of a property. */
const MAX_DEPTH = 16

/** The prefixes used here for each namespace, whatever prefix a file uses (XMP specification, part 1 and 2). */
const namespaces = new Map(
  Object.entries({
    'http://www.w3.org/1999/02/22-rdf-syntax-ns#': 'rdf',
    'http://purl.org/dc/elements/1.1/': 'dc',
    'http://ns.adobe.com/xap/1.0/': 'xmp',
    'http://ns.adobe.com/photoshop/1.0/': 'photoshop',
    'http://ns.adobe.com/exif/1.0/': 'exif',
  }),
)

/**
 * Reads the displayed properties of an XMP file. Expands and fetches nothing. Only properties of the description itself
 * count, not those of resources that it mentions. Throws `Corrupt` if the file is not XMP.
 */
export async function readXmp(bytes: Uint8Array): Promise<XmpFacts> {
  const reader = new DescriptionReader()
  await readXml([bytes], reader, { keepPrefixes: true })
  if (!reader.isXmp) throw new CoreError('Corrupt', 'there is no description (rdf:RDF) in it')
  return factsOf(reader.properties)
}

class DescriptionReader {
  /** The values of each property; a property that is not a list has one. */
  readonly properties = new Map<string, string[]>()
  isXmp = false
  /** The names of the open elements. Namespaces have the prefixes that are used here. */
  readonly #path: string[] = []
  readonly #prefixes = new Map<string, string>()
  #text = ''

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(attributes))
      if (key.startsWith('xmlns:')) this.#prefixes.set(key.slice('xmlns:'.length), namespaces.get(value) ?? '')
    const canonical = this.#canonical(name)
    this.#path.push(canonical)
    this.#text = ''
    if (canonical === 'rdf:RDF') this.isXmp = true
    if (canonical === 'rdf:Description' && this.#path.at(-2) === 'rdf:RDF')
      for (const [key, value] of Object.entries(attributes)) this.#keep(this.#canonical(key), value)
  }

  text(text: string): void {
    if (this.#text.length < MAX_TEXT) this.#text += text
  }

  close(): void {
    const property = this.#property()
    if (property !== undefined) this.#keep(property, this.#text)
    this.#text = ''
    this.#path.pop()
  }

  /** The property whose value has just ended: an element of the description, or an item of its list. */
  #property(): string | undefined {
    const path = this.#path
    if (path.length > MAX_DEPTH) return undefined
    const at = path.lastIndexOf('rdf:RDF')
    if (at < 0 || path[at + 1] !== 'rdf:Description') return undefined
    const inside = path.slice(at + 2)
    if (inside.length === 1) return inside[0]
    const isItem = inside.length === 3 && /^rdf:(Alt|Bag|Seq)$/.test(inside[1]!) && inside[2] === 'rdf:li'
    return isItem ? inside[0] : undefined
  }

  #canonical(name: string): string {
    const colon = name.indexOf(':')
    return `${this.#prefixes.get(name.slice(0, colon)) ?? ''}:${name.slice(colon + 1)}`
  }

  #keep(property: string, value: string): void {
    const text = value.trim().slice(0, MAX_TEXT)
    if (text === '' || property.startsWith(':')) return
    const values = this.properties.get(property)
    if (!values) this.properties.set(property, [text])
    else if (values.length < MAX_LIST) values.push(text)
  }
}

function factsOf(properties: ReadonlyMap<string, readonly string[]>): XmpFacts {
  const first = (name: string) => properties.get(name)?.[0]
  const list = (name: string) => {
    const found = properties.get(name)?.map((value) => value.slice(0, MAX_KEYWORD))
    return found && [...new Set(found)]
  }
  const latitude = degrees(first('exif:GPSLatitude'), 90)
  const longitude = degrees(first('exif:GPSLongitude'), 180)
  return defined({
    rating: ratingOf(first('xmp:Rating')),
    label: first('xmp:Label'),
    title: first('dc:title'),
    description: first('dc:description'),
    creators: list('dc:creator'),
    subjects: list('dc:subject'),
    rights: first('dc:rights'),
    takenAt: first('photoshop:DateCreated') ?? first('exif:DateTimeOriginal'),
    createdAt: first('xmp:CreateDate'),
    modifiedAt: first('xmp:ModifyDate') ?? first('xmp:MetadataDate'),
    // A position needs both a latitude and a longitude.
    ...(latitude !== undefined && longitude !== undefined && { latitude, longitude }),
    altitude: altitudeOf(first('exif:GPSAltitude'), first('exif:GPSAltitudeRef')),
    forExtension: first('photoshop:SidecarForExtension')?.toLowerCase(),
  })
}

function ratingOf(text: string | undefined): number | undefined {
  const value = Number(text)
  return text !== undefined && value >= -1 && value <= 5 ? value : undefined
}

/** Parses `50,5.1234N` or `50,5,7N`: degrees, minutes and seconds. */
function degrees(text: string | undefined, limit: number): number | undefined {
  const match = /^(\d{1,3}),(\d{1,2}(?:\.\d{1,12})?)(?:,(\d{1,2}(?:\.\d{1,12})?))?([NSEW])$/.exec(text ?? '')
  if (!match) return undefined
  const value = Number(match[1]) + Number(match[2]) / 60 + Number(match[3] ?? 0) / 3_600
  if (value > limit) return undefined
  return match[4] === 'S' || match[4] === 'W' ? -value : value
}

/** Parses an altitude, which is a fraction in metres. Reference 0 means above the sea, 1 below it. */
function altitudeOf(text: string | undefined, reference: string | undefined): number | undefined {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text ?? '')
  const metres = match ? Number(match[1]) / Number(match[2]) : Number.NaN
  if (!Number.isFinite(metres)) return undefined
  return reference === '1' ? -metres : metres
}

function defined(facts: { [K in keyof XmpFacts]: XmpFacts[K] | undefined }): XmpFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}
