import { connect } from 'node:net'
import { quantile } from '../harness/statistics.ts'

/** What the clients ask for: a process of its own, so that they take nothing of the server's time. */
export interface RangeTask {
  readonly port: number
  /** Path and query of each file. */
  readonly targets: readonly string[]
  readonly authorization: string
  readonly fileBytes: number
  readonly rangeBytes: number
  readonly clients: number
  /** Of each client, one after the other. */
  readonly requests: number
}

export interface RangeReport {
  readonly bytesPerSecond: number
  /** From a request to the first byte of its answer, of 95 in 100. */
  readonly p95FirstByteMs: number
}

/** The same for all clients: what they do with the bytes is nothing. */
const RECEIVE_BYTES = 262_144
const HEADER_END = '\r\n\r\n'

const task = JSON.parse(process.argv[2]!) as RangeTask
const firstBytes: number[] = []
const begun = performance.now()
await Promise.all(Array.from({ length: task.clients }, (_, client) => readRanges(client)))
const seconds = (performance.now() - begun) / 1_000
const report: RangeReport = {
  bytesPerSecond: (task.clients * task.requests * task.rangeBytes) / seconds,
  p95FirstByteMs: quantile(firstBytes, 0.95),
}
process.stdout.write(JSON.stringify(report))

/** One connection, which asks for one range after the other; where they begin is the same in every run. */
function readRanges(client: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const buffer = Buffer.allocUnsafeSlow(RECEIVE_BYTES)
  const random = randomFrom(client + 1)
  let asked = 0
  let askedAt = 0
  /** Of the answer; null while its header has not come. */
  let left: number | null = 0

  const ask = () => {
    if (asked === task.requests) return void socket.destroy()
    const first = Math.floor(random() * (task.fileBytes - task.rangeBytes))
    const target = task.targets[asked++ % task.targets.length]!
    left = null
    askedAt = performance.now()
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${task.port}\r\nAuthorization: ${task.authorization}\r\n` +
        `Range: bytes=${first}-${first + task.rangeBytes - 1}\r\n\r\n`,
    )
  }
  const receive = (length: number): boolean => {
    let body = length
    if (left === null) {
      firstBytes.push(performance.now() - askedAt)
      const header = buffer.toString('latin1', 0, length)
      const end = header.indexOf(HEADER_END)
      if (end < 0 || !header.startsWith('HTTP/1.1 206 ')) throw new Error(`no range came: ${header.slice(0, 500)}`)
      left = task.rangeBytes
      body = length - end - HEADER_END.length
    }
    left -= body
    if (left < 0) throw new Error('more came than was asked for')
    if (left === 0) ask()
    return true
  }
  const socket = connect({ port: task.port, host: '127.0.0.1', onread: { buffer, callback: receive } }, ask)
  socket.once('error', reject)
  socket.once('close', () => (asked === task.requests && left === 0 ? resolve() : reject(new Error('it was cut off'))))
  return promise
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
