import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { hasEncoder, runFfmpeg } from './ffmpeg.ts'

/** A program that complains and gives up, as ffmpeg does. */
function complaining(folder: string, complaint: string): string {
  const path = join(folder, 'ffmpeg')
  writeFileSync(path, `#!/bin/sh\ncat >&2 <<'END'\n${complaint}\nEND\nexit 1\n`)
  chmodSync(path, 0o755)
  return path
}

const limits = { timeoutMs: 60_000, maxBytes: 1_000 }
const damaged = { code: 'Corrupt', message: 'it is cut off or damaged' }

test.skipIf(process.platform === 'win32').each([
  ['Error opening input files: End of file', damaged],
  ['[mov,mp4 @ 0x5581e9c0] moov atom not found\n/films/a.mp4: Invalid data found when processing input', damaged],
  ['Error marking filters as finished\nConversion failed!', damaged],
  [
    '[h264 @ 0x55] no frame!\n[vist#0:0/h264 @ 0x55] Decode error rate 1 exceeds maximum 0.66\n[out#0/mp4 @ 0x55] Nothing was written into output file',
    damaged,
  ],
  ['[out#0/mp4 @ 0x55] Nothing was written into output file\nConversion failed!', damaged],
  [
    '[vost#0:0/libx264 @ 0x55] Error while opening encoder\n[vf#0:0 @ 0x55] Error sending frames to consumers',
    { code: 'Corrupt', message: 'Error while opening encoder' },
  ],
  ["Unknown decoder 'libjxl'\nError opening input files: Decoder not found", { code: 'Unsupported' }],
  ['[mov @ 0x55] Protocol not on whitelist', { code: 'Unsupported' }],
  ['/tmp/a.mp4: No space left on device', { code: 'DiskFull', message: 'the disk is full' }],
  ['file:/films/a: b.webm: Input/output error', { code: 'Corrupt', message: 'Input/output error' }],
  ['[libx264 @ 0x55aa] height too small', { code: 'Corrupt', message: 'height too small' }],
])('%j is told in words that say what is wrong (sh is not here)', async (complaint, expected) => {
  using temp = createTempDir('ffmpeg')
  const program = complaining(temp.path, complaint)
  await expect(runFfmpeg(program, [], limits)).rejects.toMatchObject(expected)
})

test.skipIf(process.platform === 'win32')(
  'one that does not start is one that writes nothing (sh is not here)',
  async () => {
    using temp = createTempDir('ffmpeg')
    const program = complaining(temp.path, 'error while loading shared libraries: libavcodec.so.59')
    expect(await hasEncoder(program, 'libx264')).toBe(false)
  },
)
