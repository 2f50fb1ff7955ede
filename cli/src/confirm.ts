import { CoreError } from '@spacedrive/core/errors'
import type { ContractOp } from './contract.ts'
import { InterruptedError } from './interrupted-error.ts'
import type { Session } from './session.ts'
import { printable } from './text/escape.ts'
import { formatBytes, plural } from './text/format.ts'

/** Says what an operation will destroy and asks. Throws NeedsConfirmation where the answer is no or nobody can answer. */
export async function confirm(operation: ContractOp, input: Readonly<Record<string, unknown>>, session: Session): Promise<void> {
  const { globals, io } = session.context
  if (globals.yes) return
  const what = [await whatItTouches(operation, input, session), operation.cli?.confirm ?? ''].filter(Boolean)
  if (!io.canAsk) throw new CoreError('NeedsConfirmation', [...what, 'Add --yes to do it.'].join(' '))
  io.err.write(`${what.join('\n')}\n`)
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({ message: 'Go on? [y/N]', initialValue: false, output: process.stderr, signal: session.context.interrupt.signal })
  if (prompts.isCancel(answer)) throw new InterruptedError('interrupted; nothing was changed')
  if (!answer) throw new CoreError('NeedsConfirmation', 'nothing was changed')
}

/** The thing itself, so that nobody confirms the wrong one; a name that is wrong fails here, before the question. */
async function whatItTouches({ name }: ContractOp, input: Readonly<Record<string, unknown>>, session: Session): Promise<string> {
  switch (name) {
    case 'locations.remove': {
      const location = await session.query('locations.info', { location: String(input.location) })
      const { bytes, files } = location.counts
      return `Removes ${printable(location.name)} (${printable(location.path)}) from the library: ${plural(files, 'file')}, ${formatBytes(bytes)}.`
    }
    case 'libraries.delete': {
      const libraries = await session.query('libraries.list', {})
      const library = libraries.find((candidate) => candidate.id === input.library || candidate.name === input.library)
      if (!library) throw new CoreError('NotFound', `there is no library "${String(input.library)}"`)
      return `Removes the library ${printable(library.name)} (${printable(library.path)}).`
    }
    case 'libraries.restore':
      return `Restores ${printable(String(input.path))}.`
    default:
      return ''
  }
}
