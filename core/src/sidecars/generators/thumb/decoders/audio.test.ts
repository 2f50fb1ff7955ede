import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../../../testing/temp-dir.ts'
import { decode } from './audio.ts'

const content = { type: 'audio', mime: 'audio/mpeg', size: 1 } as const

/** An ID3 tag with pictures, and nothing to hear behind it. */
function tagged(pictures: readonly { kind: number; jpeg: Buffer }[]): Buffer {
  const frames = pictures.map(({ kind, jpeg }) => {
    const body = Buffer.concat([Buffer.from('\0image/jpeg\0', 'latin1'), Buffer.from([kind, 0]), jpeg])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(body.length)
    return Buffer.concat([Buffer.from('APIC'), length, Buffer.alloc(2), body])
  })
  const size = frames.reduce((sum, { length }) => sum + length, 0)
  const seven = [21, 14, 7, 0].map((shift) => (size >> shift) & 127)
  return Buffer.concat([Buffer.from('ID3\x03\0\0', 'latin1'), Buffer.from(seven), ...frames, Buffer.alloc(512)])
}

function cover(background: string): Promise<Buffer> {
  return sharp({ create: { width: 64, height: 32, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

test('the front cover of a recording, rather than its other pictures', async () => {
  using temp = createTempDir('cover')
  const path = join(temp.path, 'a.mp3')
  const [back, front] = [4, 3]
  writeFileSync(
    path,
    tagged([
      { kind: back, jpeg: await cover('#00f') },
      { kind: front, jpeg: await cover('#f00') },
    ]),
  )
  const picture = await decode(path, content, 48)
  expect([picture.width, picture.height]).toEqual([48, 24])
  expect(picture.data[0]).toBeGreaterThan(240)
})

test.each([
  ['a recording without one', tagged([])],
  ['noise', Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7_919) % 251))],
])('%s says that there is none', async (_, bytes) => {
  using temp = createTempDir('cover')
  const path = join(temp.path, 'a.mp3')
  writeFileSync(path, bytes)
  await expect(decode(path, content, 48)).rejects.toMatchObject({
    code: 'Unsupported',
    message: 'there is no cover in it',
  })
})
