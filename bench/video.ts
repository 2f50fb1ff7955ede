import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { probeFilm } from '../core/src/sidecars/generators/film/ffmpeg.ts'
import { deadlineOf, type Generator } from '../core/src/sidecars/generators/index.ts'
import { ffmpegArguments } from '../core/src/sidecars/generators/proxy/copy-by-ffmpeg.ts'
import { copyEmbedded } from '../core/src/sidecars/generators/proxy/copy-embedded.ts'
import { makeProxies } from '../core/src/sidecars/generators/proxy/index.ts'
import { profiles } from '../core/src/sidecars/generators/proxy/profiles.ts'
import { thumbnails } from '../core/src/sidecars/generators/thumb/index.ts'
import { thumbstrips } from '../core/src/sidecars/generators/thumbstrip/index.ts'
import { SidecarPools } from '../core/src/sidecars/index.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'

const SECONDS = 60
/** Of the film that is copied: a minute would take a minute. */
const COPIED_SECONDS = 15
const THUMBNAILS = 10
const SIDE = 512
const THREADS = 1
const content = { type: 'video', mime: 'video/mp4' } as const

export const video = defineBenchmark({
  name: 'video',
  title: `films of 1080 lines: thumbnails and a strip of one of ${SECONDS} s, a proxy of one of ${COPIED_SECONDS} s`,
  runs: 3,
  figures: [
    {
      id: 'thumb',
      what: `one of ${SIDE} pixels, one after the other`,
      unit: 'images/s',
      goal: { atLeast: 2, ratioTo: 'ffmpegthumbnailer' },
    },
    { id: 'strip', what: '25 pictures along it', unit: 's', goal: null },
    {
      id: 'proxy',
      what: 'proxy of 480 lines by ffmpeg, one thread',
      unit: 's',
      goal: { atMost: 1.1, ratioTo: 'ffmpeg' },
    },
    { id: 'embedded', what: 'the same by the embedded engine', unit: 's', goal: null },
  ],
  remarks: [
    'Ours includes the thumbhash, and runs in a process that has been started before, as it is from the second film on.',
    '`ffmpeg` is given the arguments that the proxy is made with; its strip is one run over the key pictures.',
  ],
  async setup({ treeDir, scratch }) {
    const film = await prepareFilm(treeDir, SECONDS)
    const copied = await prepareFilm(treeDir, COPIED_SECONDS)
    const dir = scratch('video')
    const proxies = makeProxies({ speed: 'gentle' })
    const facts = await probeFilm(copied)
    return [
      {
        name: OURS,
        async measure() {
          await using pools = new SidecarPools({ speed: () => 'gentle', temporary: join(dir, 'decoders') })
          const make = (generator: Generator, path: string, variant: string) =>
            makeOne(pools, { generator, path, variant, dir })
          await make(thumbnails, film, 'icon@1x')
          const thumb = await inTurn(() => make(thumbnails, film, 'grid@2x'))
          const strip = await seconds(() => make(thumbstrips, film, 'default'))
          const proxy = await seconds(() => make(proxies, copied, 'quick'))
          const copies = [{ profile: profiles.quick, into: join(dir, 'embedded.mp4') }]
          const request = { path: copied, size: statSync(copied).size, copies, threads: THREADS }
          return { ...thumb, strip, proxy, embedded: await seconds(() => copyEmbedded(request)) }
        },
      },
      {
        name: 'ffmpegthumbnailer',
        program: 'ffmpegthumbnailer',
        measure: () =>
          inTurn(() => timeProgram('ffmpegthumbnailer', ['-i', film, '-o', join(dir, 'a.jpg'), '-s', String(SIDE)])),
      },
      {
        name: 'ffmpeg',
        program: 'ffmpeg',
        async measure() {
          const quiet = ['-nostdin', '-v', 'error']
          const pictures = ['-vf', 'scale=320:-1,tile=5x5', '-frames:v', '1', '-y', join(dir, 'strip.png')]
          const strip = await timeProgram('ffmpeg', [...quiet, '-skip_frame', 'nokey', '-i', film, ...pictures])
          const copies = [{ profile: profiles.quick, into: join(dir, 'plain.mp4') }]
          const request = { path: copied, size: 0, copies, threads: THREADS }
          const args = ffmpegArguments(request, { facts, range: [], version: '' })
          return { strip, proxy: await timeProgram('ffmpeg', [...quiet, ...args]) }
        },
      },
    ]
  },
})

async function inTurn(make: () => Promise<unknown>): Promise<Sample> {
  const taken = await seconds(async () => {
    for (let i = 0; i < THUMBNAILS; i++) await make()
  })
  return { thumb: THUMBNAILS / taken }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1_000
}

interface Work {
  readonly generator: Generator
  readonly path: string
  readonly variant: string
  readonly dir: string
}

async function makeOne(pools: SidecarPools, { generator, path, variant, dir }: Work): Promise<void> {
  const { size, mtimeMs } = statSync(path)
  const { format } = generator.outputs[0]!
  const outputs = [{ variant, format, draft: join(dir, 'draft'), path: join(dir, `${variant}.${format}`) }]
  const request = {
    module: generator.module.href,
    source: { path, size, modifiedMs: Math.floor(mtimeMs) },
    content: { ...content, size },
    names: [],
    inputs: [],
    settings: generator.settings ?? null,
    part: '',
    library: '/',
    work: dir,
    outputs,
  }
  const { signal } = new AbortController()
  await pools.run('av', request, { signal, deadlineMs: deadlineOf(generator, request.content) })
  rmSync(outputs[0]!.path)
}

/** Moving bars and a tone, a key picture every two seconds; made once, by ffmpeg. */
async function prepareFilm(treeDir: string, length: number): Promise<string> {
  const path = join(treeDir, `film-1080-${length}.mp4`)
  if (existsSync(path)) return path
  mkdirSync(treeDir, { recursive: true })
  const bars = ['-f', 'lavfi', '-i', `testsrc2=size=1920x1080:rate=30:duration=${length}`]
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${length}`]
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '60', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  await timeProgram('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...bars, ...tone, ...codecs, `${path}.part.mp4`])
  renameSync(`${path}.part.mp4`, path)
  return path
}
