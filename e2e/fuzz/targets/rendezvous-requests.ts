import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { Answer, NOTICE_BYTES } from '../../../core/src/network/rendezvous/protocol.ts'
import { answerAt } from '../../../relay/src/board-requests.ts'
import { Noticeboard } from '../../../relay/src/noticeboard.ts'
import { type FuzzTarget, reasonOf } from '../target.ts'

const id = 'ab'.repeat(16)
const notice = Buffer.alloc(NOTICE_BYTES, 7).toString('base64')

export const target: FuzzTarget = {
  reads: 'requests to a rendezvous: JSON with notices and ids',
  guides: ['core/src/network/rendezvous/', 'relay/src/board-requests.ts', 'relay/src/noticeboard.ts'],
  maxBytes: 4_000,
  tokens: [id, notice],
  seeds: () => [
    Buffer.from(JSON.stringify({ put: [{ id, notice }], get: [id] })),
    Buffer.from(JSON.stringify({ put: [], get: [] })),
  ],
  async run(bytes) {
    const board = new Noticeboard(() => 0)
    const request = Object.assign(Readable.from([Buffer.from(bytes)]), { method: 'POST' }) as unknown as IncomingMessage
    const { body, status } = await answerAt(board, request, '192.0.2.7')
    if (status !== 200) {
      assert.ok(status === 400 && board.size === 0, `status ${status}`)
      return reasonOf(body)
    }
    const { found, taken } = Answer.parse(JSON.parse(body))
    assert.ok(taken >= board.size)
    return `${taken > 0} ${found.length > 0}`
  },
}
