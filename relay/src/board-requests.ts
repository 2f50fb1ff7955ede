import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { readShort } from '@spacedrive/core/read-short'
import { MAX_MESSAGE_BYTES, Question } from '@spacedrive/core/relay-protocol'
import type { Noticeboard } from './noticeboard.ts'

/** The answer of a rendezvous. */
export interface Answered {
  readonly status: number
  readonly body: string
}

/** Answers one request to a noticeboard. `from`: the IP address of the client. Throws if the connection breaks. */
export async function answerAt(board: Noticeboard, request: IncomingMessage, from: string): Promise<Answered> {
  if (request.method !== 'POST') return { status: 405, body: 'a rendezvous is asked by POST' }
  const text = await readShort(request, MAX_MESSAGE_BYTES)
  if (text === null) return { status: 413, body: `a request has at most ${MAX_MESSAGE_BYTES} bytes` }
  const read = parse(text)
  if (typeof read === 'string') return { status: 400, body: read }
  const taken = read.put.filter((notice) => board.put(notice, from)).length
  const found = board.get(read.get).map(({ id, notice }) => ({ id, notice: notice.toString('base64') }))
  return { status: 200, body: JSON.stringify({ taken, found }) }
}

/** Returns a sentence if the text is not a valid request. */
function parse(text: string): z.output<typeof Question> | string {
  try {
    const read = Question.safeParse(JSON.parse(text))
    return read.success ? read.data : z.prettifyError(read.error).slice(0, 500)
  } catch {
    return 'the request is not JSON'
  }
}
