import assert from 'node:assert/strict'
import { appleContentIdentifier, jpegExif } from '../../../core/src/content/media/capture/apple-note.ts'
import { readQuickTime } from '../../../core/src/content/media/capture/quicktime.ts'
import { iccName } from '../../../core/src/content/media/icc-name.ts'
import { mp4Facts } from '../../../core/src/content/media/video/mp4-facts.ts'
import { bytesSource } from '../../../core/src/content/types/byte-source.ts'
import { film, livePhoto } from '../../../core/testing/media/index.ts'
import type { FuzzTarget } from '../target.ts'

const identifier = '01900000-0000-7000-8000-000000000001'

export const target: FuzzTarget = {
  reads: 'what pairs photos with films: Apple notes, QuickTime boxes, ICC names',
  guides: [
    'core/src/content/media/capture/',
    'core/src/content/media/boxes.ts',
    'core/src/content/media/video/mp4-facts.ts',
    'core/src/content/media/icc-name.ts',
  ],
  maxBytes: 900,
  tokens: [
    'moov',
    'mvhd',
    'meta',
    'keys',
    'ilst',
    'udta',
    '©xyz',
    'loci',
    'trak',
    '+48.8577+002.295+035.000/',
    'Apple iOS\0',
    'mluc',
    'desc',
  ],
  seeds: () => [
    film('qt  ', { identifier, created: '2024-05-01T10:20:30+0200', createdMs: 1_700_000_000_000 }),
    film('isom', { createdMs: 1_700_000_000_000 }),
    livePhoto('jpg', { identifier, taken: '2024:05:01 10:20:30', offset: '+02:00' }),
  ],
  run(bytes) {
    const source = bytesSource(bytes)
    const quickTime = readQuickTime(source)
    const { creation_time: created = null, latitude = 0, longitude = 0 } = mp4Facts(source) ?? {}
    assert.ok(created === null || !Number.isNaN(Date.parse(created)), `a time ${created}`)
    assert.ok(Number.isFinite(latitude) && Number.isFinite(longitude), `a place ${latitude} ${longitude}`)
    for (const ms of [quickTime?.createdMs, quickTime?.durationMs])
      assert.ok(ms === undefined || ms === null || Number.isFinite(ms), `${ms} ms`)
    const exif = jpegExif(bytes)
    const id = appleContentIdentifier(exif ?? bytes)
    assert.ok(id === null || (id.length > 0 && id.length <= 128))
    iccName(bytes)
    return `${Object.values(quickTime ?? {})
      .map((value) => value !== null)
      .join()} ${created !== null} ${exif !== null} ${id !== null}`
  },
}
