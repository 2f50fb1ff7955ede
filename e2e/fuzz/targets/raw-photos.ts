import assert from 'node:assert/strict'
import { embeddedJpeg } from '../../../core/src/sidecars/generators/thumb/decoders/raw/embedded-jpeg.ts'
import { tiff } from '../../../core/testing/file-types/containers.ts'
import { bytes, u32be, zeros } from '../../../core/testing/file-types/bytes.ts'
import { inFile } from '../in-file.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'raw photos of cameras: TIFF directories, Fujifilm',
  guides: ['core/src/sidecars/generators/thumb/decoders/raw/'],
  maxBytes: 1_800,
  tokens: ['FUJIFILMCCD-RAW', 'II*\0', 'MM\0*', 'IIRO', 'IIU\0', '\xff\xd8\xff'],
  seeds: () => [
    bytes(tiff({ 0x103: 6, 0x111: 200, 0x112: 6, 0x117: 1_100 }), zeros(60), '\xff\xd8\xff', zeros(1_200)),
    bytes(tiff({ 0x201: 150, 0x202: 1_100 }), zeros(60), '\xff\xd8\xff', zeros(1_200)),
    bytes('FUJIFILMCCD-RAW', zeros(69), u32be(100), u32be(1_100), zeros(8), '\xff\xd8\xff', zeros(1_200)),
  ],
  run: (input) =>
    inFile(input, async (path) => {
      const found = await embeddedJpeg(path)
      if (!found) return 'none'
      assert.ok(found.jpeg.length <= input.length && found.jpeg[0] === 0xff && found.jpeg[1] === 0xd8)
      assert.ok(
        found.orientation === null || (found.orientation >= 1 && found.orientation <= 8),
        `orientation ${found.orientation}`,
      )
      return `jpeg ${found.orientation}`
    }),
}
