import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, expect, test, vi } from 'vitest'
import type { Generator } from '../src/sidecars/generators/generator.ts'
import { thumbnails } from '../src/sidecars/generators/thumb/index.ts'
import { boxState, tryBwrap } from '../src/workers/index.ts'
import { prey, REFUSED, type Target } from '../testing/attack.ts'
import { createTempDir, createTestCore, type TestCore } from '../testing/index.ts'

afterEach(() => vi.unstubAllEnvs())

const { signal } = new AbortController()
const boxes = { landlock: await boxState(), bwrap: await tryBwrap('the test asks for it') }

const photo = (background: string) =>
  sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .jpeg()
    .toBuffer()

/** How many thumbnails there are, and what is to be made yet or failed. */
async function thumbs(t: TestCore) {
  const { path, sidecars } = t.library
  const files = readdirSync(join(path, 'sidecars'), { recursive: true }) as string[]
  const unready = await sidecars.views.pending({ state: null, limit: 10 })
  return { made: files.filter((file) => file.endsWith('.webp')).length, unready }
}

/** A decoder that is taken over by the file it decodes, and then tries everything. */
function takenOver(target: Target): Generator {
  return {
    ...thumbnails,
    module: new URL('../src/sidecars/processes/test/attacking-generator.ts', import.meta.url),
    outputs: thumbnails.outputs.slice(0, 1),
    settings: { attack: JSON.stringify({ target, ffmpeg: null }) },
  }
}

const layers = (['landlock', 'bwrap'] as const).filter((layer) => boxes[layer].layer === layer)

test.each(layers)(
  'boxed by %s, a decoder reads its own file, and no other file of the location or of the data folder',
  async (layer) => {
    await using world = await prey()
    using dir = createTempDir('home')
    const home = join(dir.path, 'real')
    const [folder, own] = [join(home, '.ssh'), join(home, 'pictures/trip/a.jpg')]
    const secret = join(folder, 'id_ed25519')
    mkdirSync(folder, { recursive: true })
    mkdirSync(dirname(own), { recursive: true })
    await cp(world.target.secret, secret)
    symlinkSync(home, join(dir.path, 'link'))
    vi.stubEnv('HOME', join(dir.path, 'link'))
    await sharp(await photo('#2040c0')).toFile(own)
    const others = { beside: join(dirname(own), 'b.txt'), elsewhere: join(home, 'letter.txt') }
    for (const path of Object.values(others)) writeFileSync(path, 'content')
    const target = { ...world.target, folder, own, secret, others }
    await using t = await createTestCore({
      generators: [takenOver(target)],
      decoderBox: () => Promise.resolve(boxes[layer]),
    })
    await t.add({ path: home, mode: 'content' })
    await t.settle()
    const contentId = await t.library.files.contentOf(own, signal)
    const [made] = await t.library.sidecars.views.list(contentId)
    expect(JSON.parse(readFileSync(made!.path!, 'utf8'))).toEqual({
      ...REFUSED[layer],
      'read beside': REFUSED[layer]['read a secret'],
      'read elsewhere': REFUSED[layer]['read a secret'],
    })
  },
)

const OTHER_DISK = '/dev/shm'

test.runIf(existsSync(OTHER_DISK)).each(layers)(
  'boxed by %s, decoders reach files and a library on another disk, in folders of any name, also when the disk comes back',
  async (layer) => {
    const disk = mkdtempSync(join(OTHER_DISK, 'sd-'))
    await using parts = new AsyncDisposableStack()
    parts.defer(() => rmSync(disk, { recursive: true }))
    const t = parts.use(
      await createTestCore({ generators: [thumbnails], decoderBox: () => Promise.resolve(boxes[layer]) }),
    )
    await t.core.libraries.delete({ library: 'Test', keepFiles: false })
    await t.core.libraries.create({ name: 'Elsewhere', path: join(disk, 'my libraries') })
    const files = join(disk, 'files')
    const folder = Buffer.concat([Buffer.from(join(files, 'ñ \'"\n')), Buffer.of(0xff)])
    const write = async (name: string, colour: string) =>
      writeFileSync(Buffer.concat([folder, Buffer.from(`/${name}`)]), await photo(colour))
    mkdirSync(folder, { recursive: true })
    await write('a.jpg', '#2040c0')
    symlinkSync(files, t.path('link'))
    const { locationId } = await t.add({ path: t.path('link'), mode: 'content', watch: false })
    await t.settle()
    expect(await thumbs(t)).toEqual({ made: 3, unready: [] })
    // Unplugged, and plugged in with another photo, while the process that decoded the first one waits for more.
    await cp(files, `${files}.new`, { recursive: true, preserveTimestamps: true })
    rmSync(files, { recursive: true })
    renameSync(`${files}.new`, files)
    await write('b.jpg', '#c04020')
    const { job } = await t.library.locations.rescan({ location: locationId, force: true })
    await t.library.jobs.wait(job.id, signal)
    await t.settle()
    expect(await thumbs(t)).toEqual({ made: 6, unready: [] })
  },
)

test('what the decoders of a killed daemon have left is removed, and half-made results are kept', async () => {
  await using t = await createTestCore({ generators: [thumbnails] })
  const { contentId } = await (async () => {
    const path = t.write('a.jpg', await photo('#2040c0'))
    await t.add({ mode: 'content' })
    await t.settle()
    return { contentId: await t.library.files.contentOf(path, signal) }
  })()
  const sidecars = join(t.library.path, 'sidecars')
  const [given, results] = [
    join(t.dataDir, 'decoders', 'of-a-process', 'given'),
    join(sidecars, 'work', 'of-a-process'),
  ]
  for (const folder of [given, results]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(given, 'a.jpg'), 'a copy')
  writeFileSync(join(results, 'draft'), 'half')
  writeFileSync(join(results, `${contentId}-transcript`), 'heard so far')
  symlinkSync('/etc/passwd', join(results, `${contentId}-proxy`))
  await t.restart()
  expect(existsSync(given)).toBe(false)
  t.write('b.jpg', await photo('#c04020'))
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  await vi.waitFor(() => expect(existsSync(results)).toBe(false))
  expect(readdirSync(join(sidecars, 'parts'))).toEqual([`${contentId}-transcript`])
})
