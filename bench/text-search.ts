import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, InputOf } from '@spacedrive/client'
import { jobsIdle, startDaemon } from './engine/daemon-process.ts'
import { DOCUMENTS, onceMade, prepareTextLibrary, type TextLibrary } from './engine/text-library.ts'
import { defineBenchmark, OURS, type Variant } from './harness/benchmark.ts'
import { isInstalled, timeProgram } from './harness/program.ts'
import { quantile } from './harness/statistics.ts'
import { mulberry32 } from './tree.ts'

const QUERIES = 200
/** A peer reads all texts for each query; this many say enough. */
const PEER_QUERIES = 3
const PEER_RUNS = 2
const MOST_WORDS = 3
const PAGE = 50
const SEED = 1_618

export const textSearch = defineBenchmark({
  name: 'text-search',
  title: `search in what ${DOCUMENTS.toLocaleString('en')} documents of 250 words say: ${QUERIES} queries of 1 to ${MOST_WORDS} words, the best ${PAGE} with snippets, exact totals`,
  runs: 5,
  figures: [
    { id: 'p50', what: 'in the daemon, half of the queries', unit: 'ms', goal: null },
    { id: 'p95', what: 'in the daemon, 95 % of the queries', unit: 'ms', goal: { atMost: 30 } },
    {
      id: 'socket',
      what: 'through the socket, 95 % of the queries',
      unit: 'ms',
      goal: { atMost: 1, ratioTo: 'recoll' },
    },
    { id: 'common', what: 'words that are in most documents, 95 %', unit: 'ms', goal: null },
    { id: 'index', what: 'putting all texts into the index', unit: 's', goal: null },
  ],
  remarks: [
    'The documents and both indexes are kept in the folder of trees: the time an index takes is that of the run which made it.',
    'Words are as common as in a language: the first is in nearly all documents, the ten-thousandth in a few. Queries take them from a document.',
    'recoll has made its own index of the same files, and is started for each query; it answers with the best without snippets. It stems words, which finds more.',
    `rg is started for each of ${PEER_QUERIES} queries and looks for their longest word in all documents; it neither ranks nor counts.`,
  ],
  async setup(context) {
    const library = await prepareTextLibrary(join(context.treeDir, 'text-library'))
    const queries = randomQueries(library)
    const { client } = context.parts.use(await startDaemon(library.dataDir))
    await jobsIdle(client)
    await timed(client, ['warm'])
    const recoll = await prepareRecoll(join(context.treeDir, 'text-library-recoll'), library.root)
    const rg: Variant = {
      name: 'rg',
      program: 'rg',
      mostRuns: PEER_RUNS,
      measure: async () => ({ socket: await slowest(library.root, queries) }),
    }
    return [
      {
        name: OURS,
        async measure() {
          const typed = await timed(client, queries)
          const common = await timed(client, library.common)
          const inside = typed.map((each) => each.inside)
          return {
            p50: quantile(inside, 0.5),
            p95: quantile(inside, 0.95),
            socket: quantile(
              typed.map((each) => each.outside),
              0.95,
            ),
            common: quantile(
              common.map((each) => each.inside),
              0.95,
            ),
            index: library.seconds,
          }
        },
      },
      {
        name: 'recoll',
        program: 'recollindex',
        mostRuns: PEER_RUNS,
        measure: async () => ({ socket: await slowestOfRecoll(recoll, queries), index: recoll.seconds }),
      },
      rg,
    ]
  },
})

function randomQueries({ words }: TextLibrary): string[] {
  const random = mulberry32(SEED)
  const below = (limit: number) => Math.floor(random() * limit)
  return Array.from({ length: QUERIES }, () => {
    const said = words(below(DOCUMENTS))
    return Array.from({ length: 1 + below(MOST_WORDS) }, () => said[below(said.length)]!).join(' ')
  })
}

/** Milliseconds of each search, as the daemon took them and as they are waited for. */
async function timed(client: Client, queries: readonly string[]) {
  const times: { inside: number; outside: number }[] = []
  for (const query of queries) {
    const input: InputOf<'search.files'> = { query, content: true, limit: PAGE }
    const begun = performance.now()
    const { tookMs } = await client.query('search.files', input)
    times.push({ inside: tookMs, outside: performance.now() - begun })
  }
  return times
}

interface Recoll {
  readonly configuration: string
  /** Seconds that its index took. */
  readonly seconds: number
}

/** Its index of the documents; without it, nothing. */
async function prepareRecoll(configuration: string, root: string): Promise<Recoll> {
  if (!isInstalled('recollindex')) return { configuration, seconds: 0 }
  const settings = { topdirs: root, skippedPaths: '', followLinks: 0, loglevel: 1, indexstemminglanguages: '' }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`)
  const seconds = await onceMade(configuration, async () => {
    writeFileSync(join(configuration, 'recoll.conf'), lines.join(''))
    return timeProgram('recollindex', ['-c', configuration])
  })
  return { configuration, seconds }
}

async function slowestOfRecoll({ configuration }: Recoll, queries: readonly string[]): Promise<number> {
  const ms: number[] = []
  for (const query of queries.slice(0, PEER_QUERIES)) {
    // `-o` is any of the words and `-a` all of them, as ours asks.
    const args = ['-c', configuration, '-a', '-n', String(PAGE), query]
    ms.push((await timeProgram('recollq', args, { mayFail: true })) * 1_000)
  }
  return quantile(ms, 0.95)
}

async function slowest(root: string, queries: readonly string[]): Promise<number> {
  const ms: number[] = []
  for (const query of queries.slice(0, PEER_QUERIES)) {
    const [longest] = query.split(' ').toSorted((a, b) => b.length - a.length)
    ms.push((await timeProgram('rg', ['-Fiwl', '--', longest!, root], { mayFail: true })) * 1_000)
  }
  return quantile(ms, 0.95)
}
