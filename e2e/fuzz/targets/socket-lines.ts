import assert from 'node:assert/strict'
import { LineReader } from '@spacedrive/client/node'
import { inPieces } from '../pieces.ts'
import type { FuzzTarget } from '../target.ts'

const MAX_LINE_BYTES = 40

export const target: FuzzTarget = {
  reads: 'lines of the daemon’s socket, cut anywhere',
  guides: ['client/src/node/line-reader.ts'],
  maxBytes: 200,
  tokens: ['\n', '\r\n', '{"jsonrpc":"2.0"}\n'],
  seeds: () => [Buffer.from('\x03{"a":1}\n\n{"b":2}\nrest'), Buffer.from(`\x01${'x'.repeat(50)}\nlater\n`)],
  run(bytes) {
    const [pieceBytes = 1] = bytes
    const stream = bytes.subarray(1)
    const whole = linesOf([stream])
    assert.deepEqual(
      linesOf(inPieces(stream, Math.max(1, pieceBytes))),
      whole,
      'lines are read otherwise if they come in pieces',
    )
    assert.ok(whole.lines.every((line) => line !== '' && !line.includes('\n')))
    return `${whole.lines.length} ${whole.isTooLong}`
  },
}

function linesOf(pieces: readonly Uint8Array[]) {
  const lines: string[] = []
  let isTooLong = false
  const reader = new LineReader({
    maxBytes: MAX_LINE_BYTES,
    onLine: (line) => void lines.push(line),
    onTooLong: () => void (isTooLong = true),
  })
  for (const piece of pieces) reader.push(Buffer.from(piece))
  return { lines, isTooLong }
}
