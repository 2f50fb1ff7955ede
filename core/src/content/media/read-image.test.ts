import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { corpus, NO_CORPUS } from '../../../testing/corpus.ts'
import { bytes, u16be, u32be, zeros } from '../../../testing/file-types/bytes.ts'
import { bmp, exifBlock, gif, heic, jpeg, png, tag, webp } from '../../../testing/media/index.ts'
import { createTempDir } from '../../../testing/temp-dir.ts'
import type { ImageFacts } from './image-facts.ts'
import { readImage } from './read-image.ts'

const timeZone = process.env['TZ']
afterEach(() => {
  if (timeZone === undefined) delete process.env['TZ']
  else process.env['TZ'] = timeZone
})

async function read(content: Uint8Array): Promise<Partial<ImageFacts> | null> {
  using dir = createTempDir('image')
  const path = join(dir.path, 'file')
  writeFileSync(path, content)
  return known(await readImage(path))
}

/** The fields of a row that are not null. */
function known(reading: Awaited<ReturnType<typeof readImage>>): Partial<ImageFacts> | null {
  if (reading === null) return null
  if ('state' in reading) throw new Error(reading.message)
  return Object.fromEntries(Object.entries(reading.row).filter(([, value]) => value !== null))
}

const camera = {
  ifd0: {
    [tag.make]: 'Maker',
    [tag.model]: 'Box 1',
    [tag.orientation]: 6,
    [tag.artist]: 'Ada',
    [tag.copyright]: '(c) Ada',
  },
  exif: {
    [tag.exposureTime]: [[1, 50]],
    [tag.fNumber]: [[28, 10]],
    [tag.iso]: 200,
    [tag.dateTimeOriginal]: '2024:05:01 10:20:30',
    [tag.offsetTimeOriginal]: '+02:00',
    [tag.subSecTimeOriginal]: '042',
    [tag.focalLength]: [[35, 1]],
    [tag.colorSpace]: 1,
    [tag.lensModel]: 'Glass 35',
  },
  gps: {
    [tag.gpsLatitudeRef]: 'S',
    [tag.gpsLatitude]: [
      [10, 1],
      [30, 1],
      [0, 1],
    ],
    [tag.gpsLongitudeRef]: 'W',
    [tag.gpsLongitude]: [
      [20, 1],
      [15, 1],
      [0, 1],
    ],
    [tag.gpsAltitudeRef]: Uint8Array.of(1),
    [tag.gpsAltitude]: [[125, 10]],
  },
} as const

const cameraFacts = {
  taken_at: '2024-05-01T10:20:30.042+02:00',
  taken_offset_minutes: 120,
  latitude: -10.5,
  longitude: -20.25,
  altitude: -12.5,
  camera_make: 'Maker',
  camera_model: 'Box 1',
  lens_model: 'Glass 35',
  focal_length: 35,
  aperture: 2.8,
  shutter_speed: 0.02,
  iso: 200,
  orientation: 6,
  color_space: 'sRGB',
  artist: 'Ada',
  copyright: '(c) Ada',
}

test.each([
  ['a JPEG', jpeg({ width: 30, height: 20, exif: exifBlock(camera) })],
  ['a PNG', png({ width: 30, height: 20, exif: exifBlock(camera) })],
  ['a WebP', webp({ width: 30, height: 20, exif: exifBlock(camera) })],
])('%s gives all that its camera wrote', async (_name, content) => {
  expect(await read(content)).toEqual({ width: 30, height: 20, bit_depth: 8, ...cameraFacts })
})

test('a HEIC gives its primary picture, turned as the container says and not as its EXIF does', async () => {
  const content = heic({ width: 40, height: 30, turns: 1, thumbnail: [400, 300], exif: exifBlock(camera) })
  expect(await read(content)).toEqual({ width: 40, height: 30, bit_depth: 8, ...cameraFacts, orientation: 8 })
})

test('a TIFF gives its size, its depth and its tags', async () => {
  const ifd0 = { [tag.width]: 7, [tag.height]: 5, [tag.bitsPerSample]: 8, [tag.description]: 'a scan' }
  expect(await read(exifBlock({ ifd0 }))).toEqual({ width: 7, height: 5, bit_depth: 8, description: 'a scan' })
})

test('GIF and BMP give their size', async () => {
  expect(await read(gif({ width: 3, height: 2 }))).toEqual({ width: 3, height: 2, bit_depth: 8 })
  expect(await read(bmp({ width: 3, height: 2 }))).toEqual({ width: 3, height: 2 })
})

test('the size of a JPEG is found behind a megabyte of other segments', async () => {
  expect(await read(jpeg({ width: 30, height: 20, padding: 1_000_000 }))).toMatchObject({ width: 30, height: 20 })
})

test('the camera’s clock is kept whatever time zone the process is in', async () => {
  const exif = exifBlock({ exif: { [tag.dateTimeOriginal]: '2024:07:01 23:30:00' } })
  for (const zone of ['UTC', 'Pacific/Auckland', 'America/Los_Angeles']) {
    process.env['TZ'] = zone
    expect(await read(jpeg({ width: 1, height: 1, exif }))).toMatchObject({ taken_at: '2024-07-01T23:30:00' })
  }
})

test.each([
  [
    'the satellites',
    {
      [tag.gpsDateStamp]: '2024:07:01',
      [tag.gpsTimeStamp]: [
        [10, 1],
        [1, 1],
        [0, 1],
      ],
    },
    345,
  ],
  ['no satellites', {}, null],
  [
    'satellites of another day',
    {
      [tag.gpsDateStamp]: '2024:06:28',
      [tag.gpsTimeStamp]: [
        [10, 1],
        [0, 1],
        [0, 1],
      ],
    },
    null,
  ],
] as const)('a clock without an offset gets it from %s', async (_name, gps, minutes) => {
  const exif = exifBlock({ exif: { [tag.dateTimeOriginal]: '2024:07:01 15:45:00' }, gps })
  const facts = await read(jpeg({ width: 1, height: 1, exif }))
  expect(facts?.taken_offset_minutes ?? null).toBe(minutes)
  expect(facts?.taken_at).toBe(minutes === null ? '2024-07-01T15:45:00' : '2024-07-01T15:45:00+05:45')
})

test.each(['0000:00:00 00:00:00', '    :  :     :  :  ', '2024:02:31 10:00:00', 'yesterday'])(
  'a clock that shows %j says nothing',
  async (clock) => {
    const exif = exifBlock({ exif: { [tag.dateTimeOriginal]: clock } })
    expect(await read(jpeg({ width: 1, height: 1, exif }))).not.toHaveProperty('taken_at')
  },
)

test('damaged tags leave the size, and are said to be damaged', async () => {
  using dir = createTempDir('image')
  const path = join(dir.path, 'file')
  writeFileSync(path, webp({ width: 30, height: 20, exif: Buffer.from('II*\0\xff\xff\xff\x7fgarbage', 'latin1') }))
  expect(await readImage(path)).toMatchObject({ kind: 'image', row: { width: 30 }, damage: expect.any(String) })
})

test('a format without a header that is understood gives nothing', async () => {
  expect(await read(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull()
})

/** A box of an ISO file. */
function box(name: string, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const head = Buffer.from(`\0\0\0\0${name}`, 'latin1')
  head.writeUInt32BE(content.length + 8, 0)
  return Buffer.concat([head, content])
}

test('a raw photo of Canon (CR3) has its tags in boxes of their own', async () => {
  const exif = { [tag.exposureTime]: [[1, 50]], [tag.fNumber]: [[28, 10]], [tag.iso]: 400 } as const
  const times = { [tag.dateTimeOriginal]: '2024:05:01 10:20:30', [tag.offsetTimeOriginal]: '+02:00' } as const
  const place = {
    [tag.gpsLatitudeRef]: 'S',
    [tag.gpsLatitude]: [
      [50, 1],
      [30, 1],
      [0, 1],
    ],
    [tag.gpsLongitudeRef]: 'E',
    [tag.gpsLongitude]: [
      [14, 1],
      [15, 1],
      [0, 1],
    ],
  } as const
  const boxes = [
    box('CNCV', Buffer.from('CanonCR3')),
    box('CMT1', exifBlock({ ifd0: { [tag.make]: 'Canon', [tag.model]: 'Canon EOS R5', [tag.orientation]: 6 } })),
    box('CMT2', exifBlock({ ifd0: { ...exif, ...times, [tag.lensModel]: 'RF24-105mm F4' } })),
    box('CMT4', exifBlock({ ifd0: place })),
  ]
  const uuid = box('uuid', Buffer.from('85c0b687820f11e08111f4ce462b6a48', 'hex'), ...boxes)
  const file = Buffer.concat([box('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1')), box('moov', uuid)])
  expect(await read(file)).toEqual({
    camera_make: 'Canon',
    camera_model: 'Canon EOS R5',
    orientation: 6,
    shutter_speed: 0.02,
    aperture: 2.8,
    iso: 400,
    lens_model: 'RF24-105mm F4',
    taken_at: '2024-05-01T10:20:30+02:00',
    taken_offset_minutes: 120,
    latitude: -50.5,
    longitude: 14.25,
  })
  for (let length = 0; length < file.length; length += 11) {
    const reading = await read(file.subarray(0, length))
    expect(reading === null || typeof reading === 'object').toBe(true)
  }
})

test('every beginning of a picture is read without an error that escapes', async () => {
  const whole = heic({ width: 40, height: 30, exif: exifBlock(camera) })
  using dir = createTempDir('image')
  const path = join(dir.path, 'file')
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(path, whole.subarray(0, length))
    const reading = await readImage(path)
    expect(reading === null || 'kind' in reading || reading.code.length > 0).toBe(true)
  }
})

test('real photos give what their cameras wrote', async (context) => {
  if (!corpus) return context.skip(NO_CORPUS)
  const photos = join(corpus, 'exif-samples')
  expect(known(await readImage(join(photos, 'jpg/hdr/iphone_hdr_NO.jpg')))).toEqual({
    width: 3264,
    height: 2448,
    taken_at: '2015-04-10T20:12:23.016+02:00',
    taken_offset_minutes: 120,
    latitude: 40.44697222222222,
    longitude: -3.724752777777778,
    altitude: 639.5878787878788,
    camera_make: 'Apple',
    camera_model: 'iPhone 6',
    lens_model: 'iPhone 6 back camera 4.15mm f/2.2',
    focal_length: 4.15,
    aperture: 2.2,
    shutter_speed: 0.025,
    iso: 32,
    orientation: 1,
    color_space: 'sRGB',
    bit_depth: 8,
  })
  expect(known(await readImage(join(photos, 'heic/mobile/iphone_13_pro_max.HEIC')))).toMatchObject({
    width: 4032,
    height: 3024,
    orientation: 6,
    taken_at: '2022-02-16T12:55:41.762+01:00',
    camera_model: 'iPhone 13 Pro Max',
  })
  expect(known(await readImage(join(photos, 'jpg/xmp/no_exif.jpg')))).toMatchObject({
    taken_at: '2013-09-23T10:09:46+02:00',
    artist: 'CREDIT',
  })
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('a real photo of orientation %i says so', async (orientation) => {
  if (!corpus) return
  const path = join(corpus, `exif-samples/jpg/orientation/landscape_${orientation}.jpg`)
  const turned = orientation >= 5
  const size = turned ? { width: 450, height: 600 } : { width: 600, height: 450 }
  expect(known(await readImage(path))).toMatchObject({ orientation, ...size })
})

/** A JPEG with an XMP packet and keywords of IPTC. */
function tagged(exif: Uint8Array, description: string, keywords: readonly string[]): Uint8Array {
  const segment = (marker: number, ...content: (string | Uint8Array)[]) => {
    const inside = bytes(...content)
    return bytes(0xff, marker, u16be(inside.length + 2), inside)
  }
  const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" ${description}</rdf:Description></rdf:RDF></x:xmpmeta>`
  const records = bytes(
    ...keywords.map((keyword) => bytes(0x1c, 2, 25, u16be(Buffer.byteLength(keyword)), Buffer.from(keyword))),
  )
  const iptc = bytes('Photoshop 3.0\0', '8BIM', u16be(0x0404), u16be(0), u32be(records.length), records)
  const whole = jpeg({ width: 30, height: 20, exif })
  return bytes(
    whole.subarray(0, 2),
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', Buffer.from(packet)),
    segment(0xed, iptc),
    whole.subarray(2),
  )
}

test('keywords are those of XMP, IPTC and Windows, each once, and the stars are read', async () => {
  const exif = exifBlock({ ifd0: { [tag.windowsKeywords]: Buffer.from('sand;sea\0', 'utf16le'), [tag.rating]: 2 } })
  const subjects = '<dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>Zürich, lake</rdf:li></rdf:Bag></dc:subject>'
  const picture = tagged(exif, `xmp:Rating="4">${subjects}`, ['sea', 'Großstadt'])
  expect(await read(picture)).toMatchObject({ keywords: '["sea","Zürich, lake","Großstadt","sand"]', rating: 4 })
  expect(await read(jpeg({ width: 1, height: 1, exif }))).toMatchObject({ keywords: '["sand","sea"]', rating: 2 })
})

test('an empty block of IPTC hides no other tags', async () => {
  const picture = tagged(exifBlock({ ifd0: { [tag.make]: 'Maker' } }), 'xmp:Rating="-1">', [])
  expect(await read(picture)).toMatchObject({ camera_make: 'Maker', rating: -1 })
})

test('a lens without a name in EXIF has that of XMP, or is named by its range', async () => {
  expect(await read(tagged(exifBlock({}), 'aux:Lens="EF 24-70mm">', []))).toMatchObject({ lens_model: 'EF 24-70mm' })
  const range = (...values: [number, number][]) =>
    read(jpeg({ width: 1, height: 1, exif: exifBlock({ exif: { [tag.lensInfo]: values } }) }))
  expect(await range([24, 1], [70, 1], [28, 10], [4, 1])).toMatchObject({ lens_model: '24-70mm f/2.8-4' })
  expect(await range([35, 1], [35, 1], [0, 0], [0, 0])).toMatchObject({ lens_model: '35mm' })
})

/** A BigTIFF (AWare Systems, 2008): the same tags with longer numbers. */
function bigTiff(little: boolean): Uint8Array {
  const number = (length: number, value: number) => {
    const target = Buffer.alloc(length)
    if (little) target.writeUIntLE(value, 0, Math.min(length, 6))
    else target.writeUIntBE(value, Math.max(0, length - 6), Math.min(length, 6))
    return target
  }
  const SHORT = 3
  const LONG8 = 16
  const directory = (start: number, tags: readonly (readonly [number, number, number, Uint8Array])[]) => {
    let free = start + 8 + tags.length * 20 + 8
    const behind: Uint8Array[] = []
    const entries = tags.map(([name, type, count, value]) => {
      const field = value.length <= 8 ? bytes(value, zeros(8 - value.length)) : number(8, free)
      if (value.length > 8) {
        behind.push(value)
        free += value.length
      }
      return bytes(number(2, name), number(2, type), number(8, count), field)
    })
    return bytes(number(8, tags.length), ...entries, zeros(8), ...behind)
  }
  const text = (value: string) => [2, value.length + 1, bytes(value, 0)] as const
  const main = (exifAt: number) =>
    directory(16, [
      [tag.width, LONG8, 1, number(8, 300)],
      [tag.height, SHORT, 1, number(2, 200)],
      [tag.bitsPerSample, SHORT, 3, bytes(number(2, 16), number(2, 16), number(2, 16))],
      [tag.make, ...text('A maker with a long name')],
      [34_665, 18, 1, number(8, exifAt)],
    ])
  const exifAt = 16 + main(0).length
  const exif = directory(exifAt, [[tag.dateTimeOriginal, ...text('2024:05:01 10:20:30')]])
  return bytes(little ? 'II' : 'MM', number(2, 43), number(2, 8), number(2, 0), number(8, 16), main(exifAt), exif)
}

test.each([true, false])('a BigTIFF gives its size, its depth and its tags (little-endian: %s)', async (little) => {
  expect(await read(bigTiff(little))).toEqual({
    width: 300,
    height: 200,
    bit_depth: 16,
    camera_make: 'A maker with a long name',
    taken_at: '2024-05-01T10:20:30',
  })
})

test('every beginning of a BigTIFF, and one whose numbers are too large, is read', async () => {
  const whole = bigTiff(true)
  for (let length = 0; length <= whole.length; length += 5) await read(whole.subarray(0, length))
  expect(await read(bytes('II+\0\x08\0\0\0', zeros(8).fill(255)))).toEqual({})
})
