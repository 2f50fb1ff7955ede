import { CoreError, type ErrorCode, errorMessage } from '../util/errors.ts'

export interface ProcessRequest<Request> {
  readonly id: number
  readonly request: Request
}

export type ProcessReply<Reply> =
  | { readonly id: number; readonly ok: true; readonly reply: Reply }
  | { readonly id: number; readonly ok: false; readonly code: ErrorCode; readonly message: string }

/**
 * Answers the requests of a `ProcessPool`, one at a time. The process ends with whoever started it. Anything thrown
 * that is not a `CoreError` is told as `Corrupt`: a decoder that throws could not read what it was given.
 */
export function serveProcess<Request, Reply>(handle: (request: Request) => Promise<Reply>): void {
  process.on('disconnect', () => process.exit(0))
  process.on('message', ({ id, request }: ProcessRequest<Request>) => {
    void handle(request).then(
      (reply) => answer({ id, ok: true, reply }),
      (err: unknown) =>
        answer({ id, ok: false, code: err instanceof CoreError ? err.code : 'Corrupt', message: errorMessage(err) }),
    )
  })
}

function answer(reply: ProcessReply<unknown>): void {
  process.send?.(reply, undefined, undefined, () => {})
}
