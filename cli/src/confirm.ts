import { confirmationOf } from '@spacedrive/core/confirmation'
import { CoreError } from '@spacedrive/core/errors'
import type { ContractOp } from './contract.ts'
import { InterruptedError } from './interrupted-error.ts'
import type { Session } from './session.ts'
import { wrap } from './text/wrap.ts'

/**
 * Says what an operation destroys and asks. `touched` names the object. Throws NeedsConfirmation if the answer is no, or
 * if no user is there to answer.
 */
export async function confirm(
  { cli }: ContractOp,
  { input, touched }: { readonly input: Readonly<Record<string, unknown>>; readonly touched: string | undefined },
  session: Session,
): Promise<void> {
  const { io } = session.context
  const lines = [touched, confirmationOf(cli, input)].filter((line) => typeof line === 'string')
  if (!io.canAsk)
    throw new CoreError(
      'NeedsConfirmation',
      ['this needs your confirmation, and nothing was changed.', ...lines, 'Add --yes to confirm.'].join(' '),
    )
  io.err.write(`${lines.flatMap((line) => wrap(line, io.err.width)).join('\n')}\n`)
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({
    message: 'Continue? [y/N]',
    initialValue: false,
    output: process.stderr,
    signal: session.context.interrupt.signal,
  })
  if (prompts.isCancel(answer)) throw new InterruptedError('interrupted; nothing was changed')
  if (!answer) throw new CoreError('NeedsConfirmation', 'nothing was changed')
}
