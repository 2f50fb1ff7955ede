import { expect, test } from 'vitest'
import { bytes, u16be, u16le, u32le, zeros } from '../../../testing/file-types/bytes.ts'
import { exifBlock, factsIn, jpeg, tag } from '../../../testing/media/index.ts'
import { readImage } from './read-image.ts'

const read = (content: Uint8Array) => factsIn(content, readImage)

/** A JPEG with one more segment before its others. */
function withSegment(marker: number, content: Uint8Array, exif?: Uint8Array): Uint8Array {
  const whole = jpeg({ width: 30, height: 20, ...(exif && { exif }) })
  return bytes(whole.subarray(0, 2), 0xff, marker, u16be(content.length + 2), content, whole.subarray(2))
}

type HeapEntry = readonly [tag: number, content: Uint8Array]

/** Values, their directory, and its offset. */
function heap(entries: readonly HeapEntry[]): Uint8Array {
  const values = bytes(...entries.map(([, content]) => content))
  const listed = entries.map(([name, content], i) => {
    if (name & 0x4000) return bytes(u16le(name), content)
    const before = entries.slice(0, i).reduce((sum, [, each]) => sum + each.length, 0)
    return bytes(u16le(name), u32le(content.length), u32le(before))
  })
  return bytes(values, u16le(entries.length), ...listed, u32le(values.length))
}

function ciff(kind: 'JPGM' | 'CCDR'): Uint8Array {
  const taken = Date.parse('2000-10-27T22:56:26Z') / 1_000
  const camera = heap([[0x080a, bytes('Canon\0Canon PowerShot A5\0', zeros(7))]])
  const inside = heap([
    [0x180e, bytes(u32le(taken), zeros(8))],
    [0x1810, bytes(u32le(1_024), u32le(768), zeros(20))],
    [
      0x300a,
      heap([
        [0x2807, camera],
        [0x1029 | 0x4000, bytes(u16le(1), u16le(5), u16le(199), u16le(146))],
      ]),
    ],
  ])
  return bytes('II', u32le(14), 'HEAP', kind, inside)
}

const canon = {
  camera_make: 'Canon',
  camera_model: 'Canon PowerShot A5',
  taken_at: '2000-10-27T22:56:26',
  focal_length: 5,
}

test('a JPEG and a raw photo of a Canon from before EXIF give their camera, time and focal length', async () => {
  expect(await read(withSegment(0xe0, ciff('JPGM')))).toEqual({ width: 30, height: 20, bit_depth: 8, ...canon })
  expect(await read(ciff('CCDR'))).toEqual({ width: 1_024, height: 768, ...canon })
})

const olympus = Buffer.from(
  'OLYMPUS OPTICAL CO.,LTD.\0[picture info]\r\nTimeDate=909698819\r\nShutter=33363\r\nFNumber=F2.8\r\n[end]\r\n',
  'latin1',
)

test('a JPEG of an Olympus from before EXIF gives its time and exposure', async () => {
  expect(await read(withSegment(0xec, olympus))).toEqual({
    width: 30,
    height: 20,
    bit_depth: 8,
    taken_at: '1998-10-29T22:06:59',
    shutter_speed: 0.033363,
    aperture: 2.8,
  })
})

test('what EXIF says comes first', async () => {
  const exif = exifBlock({ exif: { [tag.dateTimeOriginal]: '2001:02:03 04:05:06' } })
  expect(await read(withSegment(0xec, olympus, exif))).toMatchObject({ taken_at: '2001-02-03T04:05:06', aperture: 2.8 })
})

test('a field that a camera filled with other bytes ends at the first zero; of a copyright both parts count', async () => {
  const ifd0 = { [tag.model]: 'ION230\0F', [tag.copyright]: 'Ada\0Bob' }
  expect(await read(jpeg({ width: 1, height: 1, exif: exifBlock({ ifd0 }) }))).toMatchObject({
    camera_model: 'ION230',
    copyright: 'Ada, Bob',
  })
})

test('every beginning of such a file, and noise in it, is read', async () => {
  for (const whole of [ciff('CCDR'), withSegment(0xe0, ciff('JPGM')), withSegment(0xec, olympus)]) {
    for (let length = 0; length < whole.length; length += 3)
      expect(await read(whole.subarray(0, length)).catch(() => 'escaped')).not.toBe('escaped')
    for (let seed = 1; seed <= 100; seed++) {
      const noisy = Buffer.from(whole)
      for (let i = 0; i < 6; i++) noisy[(seed * 7_919 + i * 104_729) % noisy.length] = (seed * 31 + i * 17) & 255
      expect(await read(noisy).catch(() => 'escaped')).not.toBe('escaped')
    }
  }
})
