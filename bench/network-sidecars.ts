import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { EngineProcess } from './engine/engine-process.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'
import { PHOTOS, preparePhotos } from './harness/prepare-photos.ts'
import { quantile } from './harness/statistics.ts'

const CONTENTS = 33_334
const CHANGED = 10
const DELTAS = 10
/** Three thumbnails of each: 1,002. */
const PHOTOS_FETCHED = 334
const THUMBNAILS = 3 * PHOTOS_FETCHED
/** Fetched while a folder is listed; what makes room for that takes seconds for so many. */
const PHOTOS_MEANWHILE = 112
const EVERY_MS = 10
const IDLE_LISTINGS = 200
/** Only thumbnails are made, and only where they are to be. */
const ONLY_THUMBNAILS = { 'sidecars.ocr': 'off', 'sidecars.text': 'off' }

export const networkSidecars = defineBenchmark({
  name: 'network-sidecars',
  title: 'what another device has made is known, and fetched',
  runs: 2,
  figures: [
    {
      id: 'first',
      what: 'a device that was started anew tells of its 100,000 sidecars, from the connection on',
      unit: 'ms',
      goal: { atMost: 1_000 },
    },
    { id: 'delta', what: `${3 * CHANGED} more are told`, unit: 'ms', goal: { atMost: 50 } },
    {
      id: 'thumbnails',
      what: '1,000 thumbnails come from the other device, once their photos are indexed',
      unit: 'images/s',
      goal: { atLeast: 5, ratioTo: 'generating' },
    },
    {
      id: 'listing',
      what: `the first 100 of 10,000 files while ${3 * PHOTOS_MEANWHILE} thumbnails come, 95 %`,
      unit: 'ms',
      goal: { atMost: 1.5, ratioTo: 'idle' },
    },
  ],
  remarks: [
    'Both devices are processes of this machine, connected by real Iroh; the thumbnails come over TLS. The one that tells reads its rows anew for each. The 2 s in which changes are collected before anything is fetched are part of the thumbnails’ time, and not of the listings.',
    `\`generating\` are the thumbnails of ${PHOTOS} photos of 12 megapixels, by two processes. \`idle\` is the same process before, listing as often.`,
  ],
  async setup({ scratch, tree, treeDir }) {
    const photos = await preparePhotos(treeDir)
    const dir = scratch('network-sidecars')
    const [first, second] = [join(dir, 'first'), join(dir, 'second')]
    await makeUnlike(first, { from: 0, count: PHOTOS_FETCHED })
    await makeUnlike(second, { from: PHOTOS_FETCHED, count: PHOTOS_MEANWHILE })
    const wide = join(dir, 'wide')
    execFileSync('cp', ['-a', tree('wide'), wide])
    const list = { path: wide, everyMs: EVERY_MS }
    let generating: Sample = {}
    let idle: Sample = {}
    return [
      {
        name: OURS,
        async measure() {
          for (const name of ['alice', 'bob']) rmSync(join(dir, name), { recursive: true, force: true })
          await using bob = await EngineProcess.start(join(dir, 'bob'))
          const start = () => EngineProcess.start(join(dir, 'alice'))
          const rate = await prepare(await start(), bob, { photos, copies: [first, second] })
          generating = { thumbnails: rate }
          await bob.ask('networkConnected', { count: 0 })
          const told = bob.ask('exchangeAtConnect', {})
          await using alice = await start()
          await alice.ask('networkStart', { name: 'alice', discovery: false })
          const firstMs = await told
          const deltas: number[] = []
          for (let n = 0; n < DELTAS; n++) {
            await alice.ask('addContents', { contents: CHANGED })
            await alice.ask('readOwn', {})
            deltas.push(await bob.ask('exchangeChanges', {}))
          }
          const fetched = await bob.ask('fetchAhead', { path: first, thumbnails: THUMBNAILS, list: null })
          await bob.ask('index', { path: wide, mode: 'shallow', watch: false })
          idle = { listing: quantile(await bob.ask('listIdle', { ...list, times: IDLE_LISTINGS }), 0.95) }
          const busy = await bob.ask('fetchAhead', { path: second, thumbnails: 3 * PHOTOS_MEANWHILE, list })
          return {
            first: firstMs,
            delta: quantile(deltas, 0.5),
            thumbnails: fetched.perSecond,
            listing: quantile(busy.ms, 0.95),
          }
        },
      },
      { name: 'generating', measure: async () => generating },
      { name: 'idle', measure: async () => idle },
    ]
  },
})

/** Alice makes the thumbnails of all; bob knows her, is a member of her library, and makes none. Alice is gone afterwards. */
async function prepare(
  alice: EngineProcess,
  bob: EngineProcess,
  { copies, photos }: { copies: readonly string[]; photos: string },
) {
  await using _alice = alice
  await alice.ask('configure', { settings: ONLY_THUMBNAILS })
  await bob.ask('configure', { settings: { ...ONLY_THUMBNAILS, 'sidecars.thumb': 'off' } })
  const { files, seconds } = await alice.ask('makeThumbnails', { path: photos })
  for (const path of copies) await alice.ask('makeThumbnails', { path })
  await alice.ask('addContents', { contents: CONTENTS })
  const card = await alice.ask('networkStart', { name: 'alice', discovery: false })
  const bobs = await bob.ask('networkStart', { name: 'bob', discovery: false })
  await bob.ask('networkKnow', { cards: [{ ...card, addresses: [] }] })
  await alice.ask('networkKnow', { cards: [bobs] })
  await bob.ask('networkConnected', { count: 1 })
  const { library } = await alice.ask('shareLibrary', { device: 'bob' })
  await bob.ask('joinLibrary', { device: card.id, library })
  return files / seconds
}

/** Photos of 1 megapixel that look the same and are different contents: what makes them different lies behind the picture. */
async function makeUnlike(folder: string, { count, from }: { count: number; from: number }): Promise<void> {
  mkdirSync(folder)
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 20 }
  const picture = await sharp({ create: { width: 1_200, height: 900, channels: 3, background: '#000', noise } })
    .jpeg()
    .toBuffer()
  for (let n = from; n < from + count; n++)
    writeFileSync(join(folder, `${n}.jpg`), Buffer.concat([picture, Buffer.from(`photo ${n}`)]))
}
