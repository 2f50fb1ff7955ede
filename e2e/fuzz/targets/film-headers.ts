import assert from 'node:assert/strict'
import { checkFacts } from '../../../core/src/content/media/media-facts.ts'
import { readAsf } from '../../../core/src/content/media/video/asf.ts'
import { readAvi } from '../../../core/src/content/media/video/avi.ts'
import { readFlv } from '../../../core/src/content/media/video/flv.ts'
import { readMatroska } from '../../../core/src/content/media/video/matroska.ts'
import { readMpeg } from '../../../core/src/content/media/video/mpeg.ts'
import { readTheora } from '../../../core/src/content/media/video/theora.ts'
import { videoFacts } from '../../../core/src/content/media/video/video-facts.ts'
import { bytesSource } from '../../../core/src/content/types/byte-source.ts'
import { binaryFixtures } from '../../../core/testing/file-types/index.ts'
import { circularWebm } from '../../../core/testing/media/circular-webm.ts'
import type { FuzzTarget } from '../target.ts'

const MAX_BYTES = 1_500
const readers = { readAvi, readAsf, readFlv, readMpeg, readTheora, readMatroska }

export const target: FuzzTarget = {
  reads: 'headers of films: AVI, ASF, FLV, MPEG, Ogg, Matroska',
  guides: ['core/src/content/media/video/', 'core/src/content/media/media-facts.ts'],
  maxBytes: MAX_BYTES,
  tokens: [
    'RIFF',
    'AVI LIST',
    'hdrlavih',
    'strlstrh',
    'strf',
    'vids',
    'auds',
    'FLV\x01',
    'onMetaData',
    '\x80theora',
    '\x1a\x45\xdf\xa3',
  ],
  seeds: () => [
    ...Object.values(binaryFixtures).filter((fixture) => fixture.length <= MAX_BYTES && isFilm(fixture)),
    circularWebm().subarray(0, MAX_BYTES),
    Buffer.from(
      'FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\0\0\x20\0\0\0\0\0\0\0\x02\0\nonMetaData\x08\0\0\0\x01\0\x05width\0@>\0\0\0\0\0\0\0\0\x09',
      'latin1',
    ),
  ],
  run(bytes) {
    const source = bytesSource(bytes)
    return Object.entries(readers)
      .flatMap(([name, read]) => {
        const found = read(source)
        if (!found) return []
        const { refused, values } = checkFacts('video', videoFacts(found, bytes.length))
        assert.ok(values.every((value) => value === null || typeof value === 'string' || Number.isFinite(value)))
        return [`${name} ${refused.join()} ${values.filter((value) => value !== null).length}`]
      })
      .join()
  },
}

function isFilm(bytes: Uint8Array): boolean {
  return Object.values(readers).some((read) => read(bytesSource(bytes)) !== null)
}
