import assert from 'node:assert/strict'
import { checkFacts } from '../../../core/src/content/media/media-facts.ts'
import { readAudio } from '../../../core/src/content/media/read-audio.ts'
import { flac, mp3, wav } from '../../../core/testing/media/index.ts'
import { inFile } from '../in-file.ts'
import { type FuzzTarget, reasonOf } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'headers of sound: ID3, FLAC, WAVE and others, as music-metadata reads them',
  guides: [
    'core/src/content/media/read-audio.ts',
    'core/src/content/media/audio-facts.ts',
    'node_modules/music-metadata/lib/',
  ],
  maxBytes: 1_500,
  seeds: () =>
    [
      mp3({ frames: 2, tags: { TIT2: 'a song', TPE1: 'ann', TRCK: '3/9', COMM: 'x' } }),
      flac({ samples: 44_100, tags: { TITLE: 'a song', DATE: '2024' } }),
      wav().subarray(0, 200),
    ].map((bytes) => bytes.subarray(0, 1_500)),
  async run(bytes) {
    const read = await inFile(bytes, readAudio)
    if (!read) return 'nothing'
    if ('state' in read) return reasonOf(read.message)
    const { refused, values } = checkFacts('audio', read.row)
    assert.ok(values.every((value) => value === null || typeof value === 'string' || Number.isFinite(value)))
    return `${read.row.codec ?? ''} ${refused.join()} ${values.filter((value) => value !== null).length}`
  },
}
