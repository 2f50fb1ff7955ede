import { execFile } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startDaemon } from './engine/daemon-process.ts'
import { freePort } from './engine/free-port.ts'
import type { RangeReport, RangeTask } from './engine/range-clients.ts'
import { NGINX, startNginx } from './engine/server-process.ts'
import { defineBenchmark, OURS, type Sample } from './harness/benchmark.ts'

const CLIENTS_MODULE = join(import.meta.dirname, 'engine/range-clients.ts')
/** A film of two hours. Without a byte on the disk: what is measured is the server, and all read from the page cache. */
const FILM_BYTES = 4 * 2 ** 30
const CLIENTS = 20
/** Some seconds of it: what a player asks for after somebody has moved to another place. */
const RANGE_BYTES = 8 * 2 ** 20
const REQUESTS = 20
const WARM_BYTES = 4 * 2 ** 20

export const mediaRanges = defineBenchmark({
  name: 'media-ranges',
  title: 'ranges of 8 MiB of a video of 4 GiB for 20 clients',
  runs: 5,
  figures: [
    { id: 'speed', what: 'all clients together', unit: 'GB/s', goal: { atLeast: 0.8, ratioTo: 'nginx' } },
    { id: 'first', what: 'first byte of an answer, 95 %', unit: 'ms', goal: null },
    {
      id: 'growth',
      what: 'memory of the daemon beyond that before the first request',
      unit: 'MB',
      goal: { atMost: 100 },
    },
  ],
  remarks: [
    'nginx as Debian sets it up: a worker for each core, `sendfile`, `tcp_nopush`. The clients are one process, the same for both, which reads and throws away.',
    'The video is read once before: whoever is measured first would else fill the page cache for all.',
  ],
  async setup({ parts }) {
    // A disk, where `/tmp` may be memory.
    const dir = mkdtempSync('/var/tmp/spacedrive-media-')
    parts.defer(() => rmSync(dir, { recursive: true, force: true }))
    // The workers of nginx are another user where root starts it.
    chmodSync(dir, 0o711)
    const film = join(dir, 'files', 'film.mp4')
    mkdirSync(join(dir, 'files'))
    writeFileSync(film, '')
    truncateSync(film, FILM_BYTES)
    readOnce(film)
    const daemon = parts.use(await startDaemon(join(dir, 'data')))
    const { explorer, tokenFile } = await daemon.client.query('system.status', {})
    if (explorer === null || tokenFile === null) throw new Error('the daemon serves no HTTP')
    const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`
    const nginxPort = await freePort()
    parts.use(await startNginx({ dir, root: join(dir, 'files'), port: nginxPort }))
    const ours = {
      port: Number(new URL(explorer).port),
      target: `/media/file/film.mp4?path=${encodeURIComponent(film)}`,
    }
    const before = rssMb(daemon.pid)
    return [
      {
        name: OURS,
        async measure() {
          const sample = await askRanges({ ...ours, authorization })
          return { ...sample, growth: Math.max(0, rssMb(daemon.pid) - before) }
        },
      },
      {
        name: 'nginx',
        program: NGINX,
        measure: () => askRanges({ port: nginxPort, target: '/film.mp4', authorization: '-' }),
      },
    ]
  },
})

async function askRanges(of: { port: number; target: string; authorization: string }): Promise<Sample> {
  const task: RangeTask = {
    port: of.port,
    targets: [of.target],
    authorization: of.authorization,
    fileBytes: FILM_BYTES,
    rangeBytes: RANGE_BYTES,
    clients: CLIENTS,
    requests: REQUESTS,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [CLIENTS_MODULE, JSON.stringify(task)])
  const { bytesPerSecond, p95FirstByteMs } = JSON.parse(stdout) as RangeReport
  return { speed: bytesPerSecond / 1e9, first: p95FirstByteMs }
}

/** Puts a file into the page cache: else whoever is measured first would pay for all. */
function readOnce(file: string): void {
  const descriptor = openSync(file, 'r')
  const space = Buffer.allocUnsafe(WARM_BYTES)
  while (readSync(descriptor, space) > 0);
  closeSync(descriptor)
}

function rssMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1_000
}
