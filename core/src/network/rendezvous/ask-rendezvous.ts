import type { z } from 'zod'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { readAnswer } from '../../util/read-short.ts'
import { Answer, MAX_MESSAGE_BYTES, type Notice } from './protocol.ts'

const ASK_TIMEOUT_MS = 10_000

/** Leaves notices at a rendezvous, and gets the notices with these ids. Throws `Unavailable` if it does not answer. */
export async function askRendezvous(
  rendezvous: string,
  { get, put }: { readonly put: readonly Notice[]; readonly get: readonly string[] },
  signal: AbortSignal,
): Promise<z.infer<typeof Answer>> {
  const url = new URL(rendezvous)
  try {
    const response = await fetch(`${url.href.replace(/\/$/, '')}/rendezvous`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ put: put.map(({ id, notice }) => ({ id, notice: notice.toString('base64') })), get }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_TIMEOUT_MS)]),
      redirect: 'error',
    })
    const text = await readAnswer(response, MAX_MESSAGE_BYTES)
    if (!response.ok) throw new Error(`it answers ${response.status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`)
    return Answer.parse(JSON.parse(text))
  } catch (err) {
    signal.throwIfAborted()
    const cause = err instanceof Error && err.cause ? `: ${errorMessage(err.cause)}` : ''
    throw new CoreError('Unavailable', `the rendezvous ${url.origin} is not reached: ${errorMessage(err)}${cause}`, {
      cause: err,
    })
  }
}
