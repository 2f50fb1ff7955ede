import { expect, test } from 'vitest'
import { box, bytes, u16be, u32be, zeros } from '../../../../testing/file-types/bytes.ts'
import { film, type FilmFixture } from '../../../../testing/media/index.ts'
import { bytesSource } from '../../types/byte-source.ts'
import { mp4Facts } from './mp4-facts.ts'

function facts(brand: 'qt  ' | 'isom', of: FilmFixture) {
  const { listed, xmp, ...found } = mp4Facts(bytesSource(film(brand, of)))!
  const known = Object.entries(found).filter(([, value]) => value !== null)
  return { ...Object.fromEntries(known), ...(listed.length > 0 && { listed }), ...(xmp && { xmp: xmp.length }) }
}

const madeAt = Date.parse('2024-05-01T08:20:30Z')

test.each(['qt  ', 'isom'] as const)('a film of an iPhone (%s) gives its place, camera, lens and times', (brand) => {
  const values = {
    'com.apple.quicktime.location.ISO6709': '-33.8577+151.2150+035.000/',
    'com.apple.quicktime.make': 'Apple',
    'com.apple.quicktime.model': 'iPhone 15 Pro',
    'com.apple.quicktime.keywords': 'sea, boat',
  }
  const trackValues = { 'com.apple.quicktime.camera.lens_model': 'iPhone 15 Pro back camera 6.86mm f/1.78' }
  expect(facts(brand, { values, trackValues, created: '2024-05-01T10:20:30+0200', createdMs: madeAt })).toEqual({
    latitude: -33.8577,
    longitude: 151.215,
    altitude: 35,
    camera_make: 'Apple',
    camera_model: 'iPhone 15 Pro',
    lens_model: 'iPhone 15 Pro back camera 6.86mm f/1.78',
    creation_time: '2024-05-01T08:20:30Z',
    taken_at: '2024-05-01T10:20:30+02:00',
    taken_offset_minutes: 120,
    listed: ['sea', ' boat'],
  })
})

/** A text in the older form: its length, its language, and the text. */
function international(name: string, text: string): Uint8Array {
  return box(`©${name}`, u16be(text.length), u16be(0x15c7), text)
}

test('a film of an Android phone gives its place and its camera', () => {
  const values = { 'com.android.manufacturer': 'Google', 'com.android.model': 'Pixel 8' }
  const userData = international('xyz', '+37.4219-122.0840/')
  expect(facts('isom', { values, userData })).toEqual({
    latitude: 37.4219,
    longitude: -122.084,
    camera_make: 'Google',
    camera_model: 'Pixel 8',
  })
})

test('a film of a camera names it in the older form of QuickTime', () => {
  const userData = bytes(international('mak', 'Canon'), international('mod', 'EOS R6'), international('key', 'a;b'))
  expect(facts('qt  ', { userData })).toEqual({ camera_make: 'Canon', camera_model: 'EOS R6', listed: ['a', 'b'] })
})

test.each([
  ['+27.5916+086.5640+8850CRSWGS_84/', { latitude: 27.5916, longitude: 86.564, altitude: 8850 }],
  ['+4030-07530/', { latitude: 40.5, longitude: -75.5 }],
  ['+403000-0753015.5/', { latitude: 40.5, longitude: -(75 + 30 / 60 + 15.5 / 3600) }],
  ['+00+000/', { latitude: 0, longitude: 0 }],
  ['+91.0+000.0/', {}],
  ['somewhere', {}],
])('the place %s is read as ISO 6709 says', (text, expected) => {
  expect(facts('isom', { userData: international('xyz', text) })).toEqual(expected)
})

test('a place in the form of 3GPP is read', () => {
  const fixed = (degrees: number) => u32be(Math.round(degrees * 65_536) >>> 0)
  const location = box('loci', zeros(4), u16be(0x15c7), 'Sydney\0', 0, fixed(151.25), fixed(-33.75), fixed(3))
  expect(facts('isom', { userData: location })).toEqual({ latitude: -33.75, longitude: 151.25 })
})

test('the first value of a film counts, not one of its tracks', () => {
  const key = 'com.apple.quicktime.model'
  expect(facts('qt  ', { values: { [key]: 'of the film' }, trackValues: { [key]: 'of the track' } })).toEqual({
    camera_model: 'of the film',
  })
})
