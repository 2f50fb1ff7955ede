import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { circularWebm } from '../../../../testing/media/circular-webm.ts'
import { BLACK, BLUE, canMakeFilms, GREEN, makeFilm, RED } from '../../../../testing/media/films.ts'
import { createTempDir } from '../../../../testing/temp-dir.ts'
import { decodeVideo } from '../thumb/decoders/video/decode-video.ts'
import { openEmbeddedFilm } from './embedded-film.ts'
import { readFrames } from './read-frames.ts'
import { colourAt } from './test/colour-at.ts'

afterEach(() => void vi.restoreAllMocks())

// Films that the embedded engine has made itself: nothing but npm is needed.
describe.skipIf(!canMakeFilms())('films without ffmpeg (there is no embedded engine for this platform)', () => {
  test.each(['avc', 'vp8', 'vp9'] as const)('a thumbnail of %s', async (codec) => {
    using temp = createTempDir('film')
    const path = join(temp.path, 'film')
    await makeFilm(path, { codec })
    const picture = (await decodeVideo(path, 128))!
    expect(picture.engine.name).toBe('node-webcodecs')
    expect([picture.width, picture.height]).toEqual([128, 72])
    expect([colourAt(picture, 0.2, 0.5), colourAt(picture, 0.8, 0.5)]).toEqual(['red', 'blue'])
  })

  test.each([
    [90, [72, 128], ['red', 'blue']],
    [270, [72, 128], ['blue', 'red']],
  ] as const)('one that is turned by %i degrees is seen upright', async (rotation, size, colours) => {
    using temp = createTempDir('film')
    const path = join(temp.path, 'film')
    await makeFilm(path, { rotation })
    const picture = (await decodeVideo(path, 128))!
    expect([picture.width, picture.height]).toEqual(size)
    expect([colourAt(picture, 0.5, 0.2), colourAt(picture, 0.5, 0.8)]).toEqual(colours)
  })

  test('one that begins in the dark is shown where there is light, also where only its first picture stands for itself', async () => {
    using temp = createTempDir('film')
    const path = join(temp.path, 'film')
    await makeFilm(path, { seconds: 3, keyEvery: 1_000, stripes: (at) => (at < 1.2 ? [BLACK] : [GREEN, BLUE]) })
    const picture = (await decodeVideo(path, 128))!
    expect([colourAt(picture, 0.2, 0.5), colourAt(picture, 0.8, 0.5)]).toEqual(['green', 'blue'])
  })

  test('one that ends in what nobody knows does not hold up its reader', async () => {
    using temp = createTempDir('film')
    const path = join(temp.path, 'film.webm')
    writeFileSync(path, circularWebm())
    await expect(openEmbeddedFilm(path)).rejects.toMatchObject({ code: 'Corrupt', message: 'it is cut off or damaged' })
  })

  test('pictures come in order, each at its time, however uneven', async () => {
    using temp = createTempDir('film')
    const path = join(temp.path, 'film')
    const moments = [0, 0.1, 0.15, 0.9, 1, 3]
    await makeFilm(path, { moments, keyEvery: 3 })
    using film = (await openEmbeddedFilm(path))!
    const times: number[] = []
    for await (const { at } of readFrames(film, (await film.sink.getFirstKeyPacket())!)) times.push(at)
    expect(times.map((at) => Math.round(at * 100) / 100)).toEqual(moments)
  })

  test('pictures are those of their moments, between those that stand for themselves as well', async () => {
    using temp = createTempDir('film')
    const path = join(temp.path, 'film')
    const colours = [RED, GREEN, BLUE]
    await makeFilm(path, { seconds: 3, keyEvery: 1_000, stripes: (at) => [colours[Math.floor(at)]!] })
    using film = (await openEmbeddedFilm(path))!
    const seen: string[] = []
    const moments = [0.5, 1.5, 1.6, 2.5, 99]
    for await (const picture of film.pictures(moments, { side: 32, near: 0, exactMs: 60_000 }))
      seen.push(picture ? colourAt(picture, 0.5, 0.5) : 'none')
    expect(seen).toEqual(['red', 'green', 'green', 'blue', 'blue'])
  })

  test('where the way to a moment takes too long, the picture that stands for itself is taken', async () => {
    using temp = createTempDir('film')
    const path = join(temp.path, 'film')
    await makeFilm(path, { seconds: 1, keyEvery: 1_000, stripes: (at) => [at < 0.6 ? RED : BLUE] })
    using film = (await openEmbeddedFilm(path))!
    let user = 0
    vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: (user += 100_000), system: 0 }))
    const seen: string[] = []
    for await (const picture of film.pictures([0.8, 0.9], { side: 32, near: 0, exactMs: 500 }))
      seen.push(picture ? colourAt(picture, 0.5, 0.5) : 'none')
    expect(seen).toEqual(['red', 'red'])
  })
})
