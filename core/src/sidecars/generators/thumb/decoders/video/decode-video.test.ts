import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTempDir } from '../../../../../../testing/temp-dir.ts'
import { findProgram } from '../../../../../util/find-program.ts'
import type { Picture } from '../picture.ts'
import { decode } from '../video.ts'
import { decodeVideo } from './decode-video.ts'

const ffmpeg = findProgram('ffmpeg')
const content = { type: 'video', mime: 'video/mp4', size: 1 } as const

/** Red at the left, blue at the right. */
const flag = 'color=red:size=160x180:rate=10:duration=2[l];color=blue:size=160x180:rate=10:duration=2[r];[l][r]hstack'

function makeVideo(path: string, ...args: string[]): void {
  const codec = args.includes('-c:v') ? [] : ['-c:v', 'libx264', '-pix_fmt', 'yuv420p']
  execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', flag, '-g', '5', ...codec, ...args, path])
}

function colourAt({ data, width, height, channels }: Picture, x: number, y: number): string {
  const at = (Math.floor(y * height) * width + Math.floor(x * width)) * channels
  const [red, green, blue] = data.subarray(at, at + 3)
  if (red! > 180 && green! < 80 && blue! < 80) return 'red'
  return blue! > 180 && green! < 80 && red! < 80 ? 'blue' : `${red},${green},${blue}`
}

/** Colours at the left and the right. */
function sides(picture: Picture): string[] {
  return [colourAt(picture, 0.1, 0.5), colourAt(picture, 0.9, 0.5)]
}

describe.skipIf(!ffmpeg)('videos (made by ffmpeg, which is not on PATH)', () => {
  test.each([
    ['H.264', 'a.mp4', []],
    ['H.264 with 10 bits', 'a.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p10le']],
    ['H.264 with whole colour', 'a.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuv444p']],
    ['H.264 with all values', 'a.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuvj420p', '-color_range', 'pc']],
    ['a transport stream', 'a.ts', []],
    ['VP8', 'a.webm', ['-c:v', 'libvpx']],
    ['VP9', 'a.webm', ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8']],
  ])('%s', async (_, name, args) => {
    using temp = createTempDir('video')
    makeVideo(join(temp.path, name), ...args)
    const picture = await decodeVideo(join(temp.path, name), 128)
    expect([picture!.width, picture!.height, ...sides(picture!)]).toEqual([128, 72, 'red', 'blue'])
  })

  test('one that is held upright, and one with oblong pixels', async () => {
    using temp = createTempDir('video')
    const path = join(temp.path, 'a.mp4')
    makeVideo(path)
    const turned = join(temp.path, 'b.mp4')
    execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', '-i', path, '-c', 'copy', '-metadata:s:v', 'rotate=90', turned])
    const picture = (await decodeVideo(turned, 128))!
    expect([picture.width, picture.height]).toEqual([72, 128])
    expect([colourAt(picture, 0.5, 0.1), colourAt(picture, 0.5, 0.9)].toSorted()).toEqual(['blue', 'red'])
    const oblong = join(temp.path, 'c.mp4')
    makeVideo(oblong, '-vf', 'setsar=2/1')
    const wide = (await decodeVideo(oblong, 128))!
    expect([wide.width, wide.height]).toEqual([128, 36])
  })

  test('a video that begins in the dark is shown where there is light', async () => {
    using temp = createTempDir('video')
    const path = join(temp.path, 'a.mp4')
    const filter = `color=black:size=320x180:rate=10:duration=2[d];${flag}[f];[d][f]concat=n=2`
    const codec = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-g', '5']
    execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', filter, ...codec, path])
    expect(sides((await decodeVideo(path, 128))!)).toEqual(['red', 'blue'])
  })

  test.each(['avi', 'flv', 'wmv', 'mpg', 'prores.mov'])('%s, by ffmpeg alone', async (name) => {
    using temp = createTempDir('video')
    const path = join(temp.path, `a.${name}`)
    makeVideo(
      path,
      '-c:v',
      { flv: 'flv', wmv: 'wmv2', mpg: 'mpeg2video', 'prores.mov': 'prores' }[name] ?? 'mpeg4',
      '-r',
      '25',
    )
    const picture = await decode(path, content, 128)
    expect([picture.engine.name, ...sides(picture)]).toEqual(['ffmpeg', 'red', 'blue'])
  })

  test('one that ends before its time is shown, and one that is cut to nothing is refused', async () => {
    using temp = createTempDir('video')
    const path = join(temp.path, 'a.mp4')
    makeVideo(path, '-movflags', '+faststart')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length * 0.8))
    expect(sides(await decode(path, content, 128))).toEqual(['red', 'blue'])
    writeFileSync(path, bytes.subarray(0, 200))
    await expect(decode(path, content, 128)).rejects.toMatchObject({
      code: expect.stringMatching(/Corrupt|Unsupported/),
    })
  })

  test('a playlist that says it is a video names no other file', async () => {
    using temp = createTempDir('video')
    makeVideo(join(temp.path, 'secret.ts'))
    const path = join(temp.path, 'a.avi')
    writeFileSync(path, '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.ts\n#EXT-X-ENDLIST\n')
    await expect(decode(path, content, 128)).rejects.toBeInstanceOf(Error)
    writeFileSync(path, "ffconcat version 1.0\nfile 'secret.ts'\n")
    await expect(decode(path, content, 128)).rejects.toBeInstanceOf(Error)
  })
})
