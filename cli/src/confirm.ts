import { CoreError } from '@spacedrive/core/errors'
import type { Ops } from '@spacedrive/daemon/ops'
import type { ContractOp } from './contract.ts'
import { InterruptedError } from './interrupted-error.ts'
import type { Session } from './session.ts'
import { movePreviewText } from './render/sidecars.ts'
import { printable } from './text/escape.ts'
import { formatBytes, plural } from './text/format.ts'
import { wrap } from './text/wrap.ts'

/** Says what an operation will destroy and asks. Throws NeedsConfirmation where the answer is no or nobody can answer. */
export async function confirm(
  operation: ContractOp,
  input: Readonly<Record<string, unknown>>,
  session: Session,
): Promise<void> {
  const { globals, io } = session.context
  if (globals.yes || input.dryRun === true) return
  const touched = await whatItTouches[operation.name]?.(input, session)
  if (touched === null) return
  const what = [touched, whatItDoes(operation, input)].filter((part) => part !== undefined)
  if (!io.canAsk) throw new CoreError('NeedsConfirmation', [...what, 'Add --yes to do it.'].join(' '))
  io.err.write(`${what.flatMap((line) => wrap(line, io.err.width)).join('\n')}\n`)
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({
    message: 'Go on? [y/N]',
    initialValue: false,
    output: process.stderr,
    signal: session.context.interrupt.signal,
  })
  if (prompts.isCancel(answer)) throw new InterruptedError('interrupted; nothing was changed')
  if (!answer) throw new CoreError('NeedsConfirmation', 'nothing was changed')
}

function whatItDoes({ cli, name }: ContractOp, input: Readonly<Record<string, unknown>>): string | undefined {
  // The operation says what it does without a flag.
  if (name === 'libraries.delete' && input.keepFiles === true)
    return 'The library is forgotten; its folder stays where it is. The files it indexed are not touched.'
  if (name === 'sidecars.convert' && input.undo === true)
    return 'They go back to where they came from. What is there now is not written over.'
  return cli?.confirm
}

/** Null: there is nothing to ask about. */
type Describe = (input: Readonly<Record<string, unknown>>, session: Session) => Promise<string | null>

/** The thing itself, so that nobody confirms the wrong one; a name that is wrong fails here, before the question. */
const whatItTouches: Readonly<Partial<Record<keyof Ops, Describe>>> = {
  'locations.remove': async (input, session) => {
    const { counts, name, path } = await session.query('locations.info', { location: String(input.location) })
    return `Removes ${printable(name)} (${printable(path)}) from the library: ${plural(counts.files, 'file')}, ${formatBytes(counts.bytes)}.`
  },
  'libraries.delete': async (input, session) => {
    const { movedIn, name, path } = await session.query('libraries.previewDelete', { library: String(input.library) })
    const what = `Removes the library ${printable(name)} (${printable(path)}).`
    if (input.keepFiles === true || movedIn?.files === 0) return what
    if (movedIn === null) return `${what} Whether files were moved into it cannot be told now; they go with it.`
    const files = `${plural(movedIn.files, 'file')} (${formatBytes(movedIn.bytes)})`
    return `${what} With it goes what was moved into it and lies nowhere else: ${files}; \`spacedrive sidecar convert --undo\` puts such files back.`
  },
  'sidecars.convert': async ({ dryRun: _, ...input }, session) => {
    const preview = await session.query('sidecars.previewConversion', input)
    const { moves, stays } = movePreviewText(preview, input.undo === true)
    return preview.files === 0 ? null : [moves, ...stays].join('\n')
  },
  'libraries.restore': async (input) => `Restores ${printable(String(input.path))}.`,
}
