import { expect, test } from 'vitest'
import { u16be } from '../../../testing/file-types/bytes.ts'
import { crowdedHeic, heic } from '../../../testing/media/index.ts'
import { bytesSource } from '../types/byte-source.ts'
import { readHeif } from './heif.ts'

test('a list that promises billions of places is not walked', () => {
  const before = process.threadCpuUsage()
  expect(readHeif(bytesSource(crowdedHeic()))).toMatchObject({ width: 30, height: 20, exif: null })
  // Walking the list would take several seconds.
  expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(1_000)
})

test('a picture whose EXIF is cut off keeps its size', () => {
  const whole = heic({ width: 30, height: 20, exif: Buffer.from('II*\0') })
  const places = Buffer.from(whole).indexOf('iloc')
  const damaged = Uint8Array.from(whole)
  damaged.set(u16be(0xffff), places + 8)
  expect(readHeif(bytesSource(damaged))).toMatchObject({ width: 30, height: 20, exif: null })
})
