import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test, vi } from 'vitest'
import { BLACK, BLUE, canMakeFilms, GREEN, makeFilm, RED, type Rgb } from '../../../../testing/media/films.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { PLAIN_REQUEST } from '../../processes/test/plain-request.ts'
import { colourAt } from '../film/test/colour-at.ts'
import { findProgram } from '../../../util/find-program.ts'
import { make } from './make.ts'
import { isStrip, strips } from './strips.ts'

const ffmpeg = findProgram('ffmpeg')

/** The strips of a film, each with the colour in the middle of every picture. */
async function stripsOf(source: string, variants: string[]) {
  const content = { type: 'video', mime: 'video/mp4', size: statSync(source).size } as const
  const outputs = variants.map((variant) => ({ variant, format: 'webp', path: `${source}-${variant}.webp` }))
  const { engine } = await make({ ...PLAIN_REQUEST, source, content, outputs })
  const made = []
  for (const { variant, path } of outputs) {
    const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    const { width, height } = info
    const { across } = strips[isStrip(variant) ? variant : 'default']
    const colours = Array.from({ length: across ** 2 }, (_, i) =>
      colourAt(
        { data, width, height, channels: 3 },
        ((i % across) + 0.5) / across,
        (Math.floor(i / across) + 0.5) / across,
      ),
    )
    made.push({ width, height, colours })
  }
  return { engine: engine.name, made }
}

const thirds = (at: number): Rgb[] => [[RED, GREEN, BLUE][Math.min(2, Math.floor(at / 3))]!]

/** What the nine pictures of `thirds` show. */
const EACH_THREE = ['red', 'green', 'blue'].flatMap((colour) => [colour, colour, colour])

/** The film of `thirds`, written again by ffmpeg. */
async function makeByFfmpeg(folder: string, name: string, ...args: string[]): Promise<string> {
  const [film, path] = [join(folder, 'film.mp4'), join(folder, name)]
  await makeFilm(film, { seconds: 9, stripes: thirds })
  execFileSync(ffmpeg!, ['-nostdin', '-v', 'error', '-i', film, ...args, path])
  return path
}

const AVI = ['film.avi', '-c:v', 'mpeg4', '-q:v', '2'] as const

describe.skipIf(!canMakeFilms())('strips (there is no embedded engine for this platform)', () => {
  test('all strips of a film, the pictures evenly along it', async () => {
    using temp = createTempDir('strip')
    const path = join(temp.path, 'film.mp4')
    await makeFilm(path, { seconds: 9, keyEvery: 30, stripes: thirds })
    const { engine, made } = await stripsOf(path, ['preview', 'default', 'detailed'])
    expect(engine).toBe('node-webcodecs')
    expect(made.map(({ width, height }) => [width, height])).toEqual([
      [3 * 160, 3 * 90],
      [5 * 320, 5 * 180],
      [10 * 240, 10 * 135],
    ])
    const thirdsOf = (colours: string[]) =>
      ['red', 'green', 'blue'].map((c) => colours.filter((each) => each === c).length)
    expect(made[0]!.colours).toEqual(EACH_THREE)
    for (const count of thirdsOf(made[1]!.colours)) expect(count).toBeGreaterThan(6)
    for (const count of thirdsOf(made[2]!.colours)) expect(count).toBeGreaterThan(30)
  })

  test('the first picture is not the dark that the film begins with, and small films are not enlarged', async () => {
    using temp = createTempDir('strip')
    const path = join(temp.path, 'film.mp4')
    const stripes = (at: number): Rgb[] => (at < 0.6 ? [BLACK] : [GREEN, GREEN, RED])
    await makeFilm(path, { width: 64, height: 48, seconds: 9, stripes })
    const { made } = await stripsOf(path, ['preview'])
    expect([made[0]!.width, made[0]!.height]).toEqual([3 * 64, 3 * 48])
    expect(new Set(made[0]!.colours)).toEqual(new Set(['green']))
  })

  test('a film of one picture, one that is held upright, and one that ends before its time', async () => {
    using temp = createTempDir('strip')
    const one = join(temp.path, 'one.mp4')
    await makeFilm(one, { moments: [0], stripes: () => [BLUE] })
    expect(new Set((await stripsOf(one, ['preview'])).made[0]!.colours)).toEqual(new Set(['blue']))
    const upright = join(temp.path, 'upright.mp4')
    await makeFilm(upright, { rotation: 90 })
    const { width, height } = (await stripsOf(upright, ['preview'])).made[0]!
    expect([width, height]).toEqual([3 * 90, 3 * 160])
    const cut = join(temp.path, 'cut.webm')
    await makeFilm(cut, { codec: 'vp8', seconds: 9, stripes: thirds })
    writeFileSync(cut, readFileSync(cut).subarray(0, statSync(cut).size / 2))
    expect((await stripsOf(cut, ['preview'])).made[0]!.colours[0]).toBe('red')
  })

  test.each([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 251)],
    ['a playlist', Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfilm.mp4\n#EXT-X-ENDLIST\n')],
  ])('%s is refused', async (_, bytes) => {
    using temp = createTempDir('strip')
    await makeFilm(join(temp.path, 'film.mp4'))
    const path = join(temp.path, 'a.mp4')
    writeFileSync(path, bytes)
    await expect(stripsOf(path, ['preview'])).rejects.toBeInstanceOf(Error)
  })

  test('without ffmpeg on PATH, of what is not embedded the reason says what would make it', async () => {
    using temp = createTempDir('strip')
    const path = join(temp.path, 'a.avi')
    writeFileSync(path, Buffer.concat([Buffer.from('RIFF\x00\x10\x00\x00AVI LIST'), Buffer.alloc(4_096)]))
    vi.stubEnv('PATH', temp.path)
    try {
      await expect(stripsOf(path, ['preview'])).rejects.toMatchObject({
        code: 'Unsupported',
        message: 'its container is not one of those embedded; ffmpeg on PATH would make it',
      })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test.skipIf(!ffmpeg)('of what is not embedded, ffmpeg makes them (ffmpeg is not on PATH)', async () => {
    using temp = createTempDir('strip')
    const path = await makeByFfmpeg(temp.path, ...AVI)
    const { engine, made } = await stripsOf(path, ['preview'])
    expect(engine).toBe('ffmpeg')
    expect(made[0]!.colours).toEqual(EACH_THREE)
  })

  test.skipIf(!ffmpeg || process.platform === 'win32')(
    'where ffmpeg can decode nothing there is the picture before (ffmpeg is not on PATH, or sh is not here)',
    async () => {
      using temp = createTempDir('strip')
      const path = await makeByFfmpeg(temp.path, ...AVI)
      const broken = `case "$*" in *'-ss 4.'*) echo 'Invalid data found when processing input' >&2; exit 1;; esac`
      writeFileSync(join(temp.path, 'ffmpeg'), `#!/bin/sh\n${broken}\nexec ${ffmpeg} "$@"\n`, { mode: 0o755 })
      vi.stubEnv('PATH', `${temp.path}${delimiter}${process.env['PATH']}`)
      try {
        const { made } = await stripsOf(path, ['preview'])
        expect(made[0]!.colours).toEqual(EACH_THREE)
      } finally {
        vi.unstubAllEnvs()
      }
    },
  )

  test.skipIf(!ffmpeg)('a broadcast, whose clock does not begin at nothing (ffmpeg is not on PATH)', async () => {
    using temp = createTempDir('strip')
    const path = await makeByFfmpeg(temp.path, 'film.ts', '-c', 'copy', '-output_ts_offset', '3600')
    const { engine, made } = await stripsOf(path, ['preview'])
    expect(engine).toBe('node-webcodecs')
    expect(made[0]!.colours).toEqual(EACH_THREE)
  })

  test('sound alone has no pictures', async () => {
    using temp = createTempDir('strip')
    const path = join(temp.path, 'sound.mp4')
    await makeFilm(path, { moments: [], toneFrom: 0 })
    await expect(stripsOf(path, ['preview'])).rejects.toMatchObject({
      code: expect.stringMatching(/Unsupported|Corrupt/),
    })
  })
})
