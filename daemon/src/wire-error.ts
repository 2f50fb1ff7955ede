import type { WireError } from '@spacedrive/client'
import { CoreError, type ErrorCode } from '@spacedrive/core'
import { nearest } from '@spacedrive/core/nearest'

/** The numbers JSON-RPC 2.0 reserves (section 5.1); ours begin at -32000. */
const numbers: Readonly<Partial<Record<ErrorCode, number>>> = { InvalidInput: -32_602, Internal: -32_603 }
const OTHER_ERROR = -32_000
const METHOD_NOT_FOUND = -32_601
const PARSE_ERROR = -32_700
const INVALID_REQUEST = -32_600

/** No operation has a longer name or path. Longer ones are not compared with the names of all operations. */
export const MAX_COMPARED_LENGTH = 64

/** The name of a request is not the name of an operation. The message has the most similar one of `known`. */
export class UnknownOperation extends CoreError {
  constructor(name: string, known: readonly string[]) {
    const [hint] = name.length <= MAX_COMPARED_LENGTH ? nearest(name, known) : []
    const advice = hint === undefined ? '' : `; did you mean ${hint}?`
    super('NotFound', `there is no operation ${JSON.stringify(name)}${advice}`)
  }
}

/** An error as a client sees it. */
export function wireError(err: unknown): WireError {
  if (!(err instanceof CoreError))
    return wireError(new CoreError('Internal', 'unexpected error in the daemon; see `spacedrive system logs`'))
  const { code, details, message } = err
  const number = err instanceof UnknownOperation ? METHOD_NOT_FOUND : (numbers[code] ?? OTHER_ERROR)
  return { code: number, message, data: { code, details } }
}

export const notJson: WireError = {
  code: PARSE_ERROR,
  message: 'this is not JSON; each line is one request',
  data: { code: 'InvalidInput', details: null },
}

/** A document that is no JSON-RPC 2.0 request. */
export function notRequest(why: string): WireError {
  return { code: INVALID_REQUEST, message: why, data: { code: 'InvalidInput', details: null } }
}
