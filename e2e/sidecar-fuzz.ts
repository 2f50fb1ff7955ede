import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Core, type Library } from '@spacedrive/core'
import type { SidecarKind } from '@spacedrive/core/domain'
import { createTempDir } from '@spacedrive/core/testing'
import sharp from 'sharp'
import { mulberry32 } from '../bench/tree.ts'
import { tone, wavFile } from '../core/src/sidecars/generators/transcript/test/sounds.ts'
import { makePdf, makeZip } from '../core/testing/documents/index.ts'
import { draftsOf } from '../core/testing/drafts.ts'
import { sampleFilms, serveEveryKind } from './every-kind.ts'

export interface FuzzResult {
  readonly files: number
  readonly ready: number
  /** Those that are ready, by their kind. */
  readonly readyByKind: Readonly<Partial<Record<SidecarKind, number>>>
  readonly failed: number
  /** Sidecars without an outcome. */
  readonly waiting: number
  /** Failures without a reason, as people read it. */
  readonly silent: number
  /** How often each code was given. */
  readonly reasons: Readonly<Record<string, number>>
  readonly problems: readonly unknown[]
  readonly drafts: number
  /** Growth of the engine's memory from the first part to the last, in MiB. */
  readonly grownMiB: number
}

/** Files of one part: memory is compared between parts. */
const FILES_PER_PART = 100
/** Larger ones are left out: their tail is never read. */
const MAX_SEED_BYTES = 2_000_000

type Random = () => number
type Mutation = (bytes: Buffer, random: Random) => Buffer

const at = (bytes: Buffer, random: Random) => Math.floor(random() * bytes.length)

const mutations: readonly Mutation[] = [
  function flipBits(bytes, random) {
    for (let i = 0; i < 1 + random() * 20; i++) bytes[at(bytes, random)]! ^= 1 << Math.floor(random() * 8)
    return bytes
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, at(bytes, random))
  },
  function splice(bytes, random) {
    const [from, to, length] = [at(bytes, random), at(bytes, random), Math.floor(random() * 4_096)]
    bytes.copy(bytes, to, from, from + length)
    return bytes
  },
  function lie(bytes, random) {
    // Lengths and sizes are in the first bytes, of whatever format.
    for (let i = 0; i < 4; i++) bytes[Math.floor(random() * Math.min(64, bytes.length))] = random() < 0.5 ? 255 : 0
    return bytes
  },
  function blank(bytes, random) {
    const from = at(bytes, random)
    return bytes.fill(0, from, Math.min(bytes.length, from + Math.floor(random() * 1_024)))
  },
]

/** Makes sidecars of files that were damaged in every way, and counts what became of each. */
export async function fuzzSidecars({
  files,
  seed,
  seeds,
}: {
  files: number
  seed: number
  seeds?: string | undefined
}) {
  using temp = createTempDir('sidecar-fuzz')
  const random = mulberry32(seed)
  const originals = [...(await samples(temp.path)), ...(seeds === undefined ? [] : filesBelow(seeds))]
  await using every = await serveEveryKind()
  await using core = await Core.open({ dataDir: join(temp.path, 'data') })
  await every.turnOn(core)
  await core.libraries.create({ name: 'Fuzz' })
  const library = core.libraries.resolve()
  const rss: number[] = []
  for (let done = 0; done < files; done += FILES_PER_PART) {
    const folder = join(temp.path, `part${done}`)
    mkdirSync(folder)
    for (let i = done; i < Math.min(files, done + FILES_PER_PART); i++) {
      const { extension, bytes } = originals[Math.floor(random() * originals.length)]!
      const mutate = mutations[Math.floor(random() * mutations.length)]!
      writeFileSync(join(folder, `${i}${extension}`), mutate(Buffer.from(bytes), random))
    }
    await library.locations.add({ path: folder, mode: 'content', watch: false })
    await library.jobs.idle()
    rss.push(process.memoryUsage.rss() / 2 ** 20)
  }
  const signal = new AbortController().signal
  const { checked, problems } = await library.sidecars.upkeep.verify(signal)
  const unready = await library.sidecars.views.pending({ state: null, limit: 10_000 })
  const reasons: Record<string, number> = {}
  for (const { error } of unready) if (error) reasons[error.code] = (reasons[error.code] ?? 0) + 1
  const result: FuzzResult = {
    files,
    ready: checked,
    readyByKind: await countReady(library),
    failed: unready.filter(({ state }) => state === 'failed').length,
    waiting: unready.filter(({ state }) => state !== 'failed').length,
    silent: unready.filter(({ state, error }) => state === 'failed' && !error?.message).length,
    reasons,
    problems,
    drafts: draftsOf(library).length,
    grownMiB: Math.round(rss.at(-1)! - rss[0]!),
  }
  return result
}

/** A small file of every format that is made here. */
async function samples(folder: string): Promise<{ extension: string; bytes: Buffer }[]> {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 40 }
  const picture = sharp({ create: { width: 160, height: 120, channels: 3, background: '#000', noise } })
  const pictures = await Promise.all(
    (['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const).map(async (format) => ({
      extension: `.${format}`,
      bytes: await picture.clone().toFormat(format).toBuffer(),
    })),
  )
  const text = (extension: string, content: string) => ({ extension, bytes: Buffer.from(content) })
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="50" height="50"/></svg>'
  const words = [text('.svg', svg), text('.html', '<p>One <b>two</b></p>'), text('.md', '# One\n\n*two*\n')]
  const documents = [
    { extension: '.pdf', bytes: makePdf(['The plumber mends the pipe.', 'An invoice.']) },
    { extension: '.docx', bytes: makeZip({ 'word/document.xml': '<w:document><w:p><w:r><w:t>A bill</w:t></w:r>' }) },
  ]
  const sound = { extension: '.wav', bytes: wavFile(tone(1)) }
  return [...pictures, ...words, ...documents, sound, ...(await sampleFilms(folder))]
}

async function countReady(library: Library): Promise<FuzzResult['readyByKind']> {
  const counts: Partial<Record<SidecarKind, number>> = {}
  for (const location of library.locations.map.all()) {
    const { byKind } = await library.sidecars.views.summary(location, 0)
    for (const [kind, { ready }] of Object.entries(byKind) as [SidecarKind, { ready: number }][])
      counts[kind] = (counts[kind] ?? 0) + ready
  }
  return counts
}

function filesBelow(folder: string): { extension: string; bytes: Buffer }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ extension: extname(entry.name), bytes: readFileSync(join(entry.parentPath, entry.name)) }))
    .filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_SEED_BYTES)
}

if (import.meta.main) {
  const [, , files = '2000', seed = '1', seeds] = process.argv
  const result = await fuzzSidecars({ files: Number(files), seed: Number(seed), seeds })
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  process.exitCode = result.waiting + result.silent + result.drafts + result.problems.length === 0 ? 0 : 1
}
