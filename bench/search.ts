import { execFileSync } from 'node:child_process'
import { openSync, readFileSync, writeFileSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, InputOf } from '@spacedrive/client'
import { defineBenchmark, OURS, type Variant } from './harness/benchmark.ts'
import { timeProgram } from './harness/program.ts'
import { quantile } from './harness/statistics.ts'
import { mulberry32 } from './tree.ts'
import { jobsIdle, startDaemon } from './engine/daemon-process.ts'
import { indexedLibrary } from './engine/indexed-library.ts'
import { updatedbArgs } from './index-shallow.ts'

const QUERIES = 200
/** A peer is a process for each query; this many say enough. */
const PEER_QUERIES = 10
/** Some of them take seconds for a query. */
const PEER_RUNS = 2
const SHORTEST = 3
const LONGEST = 8
const PAGE = 100
const SEED = 4_711

export const search = defineBenchmark({
  name: 'search',
  title: `search as typed in 1,000,000 names: ${QUERIES} random queries of ${SHORTEST} to ${LONGEST} characters, the best ${PAGE}, exact totals`,
  runs: 5,
  figures: [
    { id: 'p50', what: 'in the daemon, half of the queries', unit: 'ms', goal: null },
    { id: 'p95', what: 'in the daemon, 95 % of the queries', unit: 'ms', goal: { atMost: 5 } },
    {
      id: 'socket',
      what: 'through the socket, 95 % of the queries',
      unit: 'ms',
      goal: { atMost: 15 },
      limit: { variant: 'scan of the names', what: 'one pass over all names in memory' },
    },
    { id: 'filter', what: 'kind, size, newest first, 100 of 1,000,000, 95 %', unit: 'ms', goal: { atMost: 5 } },
    { id: 'nothing', what: 'the same where nothing matches, 95 %', unit: 'ms', goal: { atMost: 5 } },
    { id: 'first', what: 'the first search after a start', unit: 'ms', goal: null },
  ],
  remarks: [
    `The peers are started for each of ${PEER_QUERIES} queries, and print all that matches; plocate searches its database, rg and fzf a list of the names.`,
    'A typical search is one pass over the names (1.7 ms) and reading the rows of the page (0.9 ms for 100); a word in over 100,000 names costs 14 ns for each.',
  ],
  async setup(context) {
    const root = context.tree('million')
    const dir = context.scratch('search')
    const names = join(dir, 'names.txt')
    writeFileSync(names, execFileSync('find', [root, '-printf', String.raw`%f\n`], { maxBuffer: 2 ** 30 }))
    const queries = randomQueries(readFileSync(names, 'utf8').split('\n'))
    const { client } = context.parts.use(await startDaemon(await indexedLibrary(context, 'million')))
    await jobsIdle(client)
    const [first] = await timed(client, [{ query: 'warm', limit: PAGE }])
    const buffer = readFileSync(names)
    const database = join(dir, 'names.db')
    const peer = (name: string, args: (query: string) => string[], prepare = async () => {}): Variant => ({
      name,
      program: name,
      mostRuns: PEER_RUNS,
      async measure() {
        await prepare()
        return { socket: await slowest(queries, (query) => timeWithInput(name, args(query), names)) }
      },
    })
    return [
      {
        name: OURS,
        async measure() {
          const typed = await timed(
            client,
            queries.map((query) => ({ query, limit: PAGE })),
          )
          const filtered = await timed(client, filters(1))
          const nothing = await timed(client, filters(NOTHING_IS_AS_LARGE))
          return {
            p50: quantile(
              typed.map(({ inside }) => inside),
              0.5,
            ),
            p95: quantile(
              typed.map(({ inside }) => inside),
              0.95,
            ),
            socket: quantile(
              typed.map(({ outside }) => outside),
              0.95,
            ),
            filter: quantile(
              filtered.map(({ inside }) => inside),
              0.95,
            ),
            nothing: quantile(
              nothing.map(({ inside }) => inside),
              0.95,
            ),
            first: first!.outside,
          }
        },
      },
      {
        name: 'scan of the names',
        measure: async () => ({ socket: scan(buffer) }),
      },
      peer(
        'plocate',
        (query) => ['-d', database, '-i', query],
        async () => {
          await timeProgram('updatedb', updatedbArgs(root, database))
        },
      ),
      peer('rg', (query) => ['-Fi', '--', query, names]),
      peer('fzf', (query) => ['--filter', query]),
    ]
  },
})

const NOTHING_IS_AS_LARGE = 1_000_000_000

/** Pieces of names, anywhere in them. */
function randomQueries(names: readonly string[]): string[] {
  const random = mulberry32(SEED)
  return Array.from({ length: QUERIES }, () => {
    const name = names[Math.floor(random() * (names.length - 1))]!
    const length = SHORTEST + Math.floor(random() * (LONGEST - SHORTEST + 1))
    const start = Math.floor(random() * Math.max(1, name.length - length))
    // A space at an end is no part of a word, and quotes have a meaning of their own.
    return name.slice(start, start + length).replaceAll(/^[\s"-]+|[\s"]+$/g, '') || name
  })
}

function filters(factor: number): InputOf<'search.files'>[] {
  const types = ['image', 'video', 'document', 'audio'] as const
  return Array.from({ length: 50 }, (_, i) => ({
    query: '',
    type: [types[i % types.length]!],
    size: `>${(i + 1) * 1_000 * factor}`,
    sort: 'modified',
    limit: PAGE,
  }))
}

/** Milliseconds of each search, as the daemon took them and as they are waited for. */
async function timed(client: Client, inputs: readonly InputOf<'search.files'>[]) {
  const times: { inside: number; outside: number }[] = []
  for (const input of inputs) {
    const begun = performance.now()
    const { tookMs } = await client.query('search.files', input)
    times.push({ inside: tookMs, outside: performance.now() - begun })
  }
  return times
}

async function slowest(queries: readonly string[], time: (query: string) => Promise<number>): Promise<number> {
  const ms: number[] = []
  for (const query of queries.slice(0, PEER_QUERIES)) ms.push((await time(query)) * 1_000)
  return quantile(ms, 0.95)
}

/** A program that reads names from its standard input; one that takes a file does not mind. */
async function timeWithInput(program: string, args: readonly string[], file: string): Promise<number> {
  const input = openSync(file, 'r')
  try {
    return await timeProgram(program, args, { mayFail: true, input })
  } finally {
    closeSync(input)
  }
}

/** Milliseconds to look for something in all names that is in none. */
function scan(names: Buffer): number {
  const begun = performance.now()
  names.indexOf('\u0001nowhere')
  return performance.now() - begun
}
