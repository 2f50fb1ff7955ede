import type { Ops } from '@spacedrive/daemon/ops'
import type { CliContext } from './context.ts'
import type { OutputOf } from '@spacedrive/client'
import { renderOutput } from './render/index.ts'
import { viewOf } from './render/view.ts'
import type { SubjectNames } from './subject-names.ts'
import { wrap } from './text/wrap.ts'

interface PrintOptions {
  /** The names of the objects whose ids are in the output. */
  readonly names?: SubjectNames | undefined
  /** The command that the user is likely to want next. */
  readonly next?: string | undefined
}

/** Prints an operation's answer as `--json`, as `--jsonl` or for a person. */
export async function printOutput(
  name: keyof Ops,
  output: unknown,
  context: CliContext,
  { names = new Map(), next }: PrintOptions = {},
): Promise<void> {
  const { globals, io } = context
  if (globals.jsonl) {
    for (const item of itemsOf(output)) io.printJsonLine(item)
    return
  }
  if (globals.json) {
    io.printJson(output)
    return
  }
  const lines = await renderOutput(name, output as OutputOf<typeof name>, viewOf(context, names))
  // Tables fit already; a sentence breaks between its words, not where the terminal ends.
  if (lines.length > 0) io.print(lines.flatMap((line) => wrap(line, io.out.width)).join('\n'))
  if (next !== undefined && !isDryRun(output)) io.note(io.err.style('dim', `Next: ${io.program} ${next}`))
}

function isDryRun(output: unknown): boolean {
  return typeof output === 'object' && output !== null && Reflect.get(output, 'dryRun') === true
}

function itemsOf(output: unknown): readonly unknown[] {
  if (Array.isArray(output)) return output
  const lists =
    typeof output === 'object' && output !== null
      ? [Reflect.get(output, 'items'), Reflect.get(output, 'groups'), Reflect.get(output, 'differences')]
      : []
  return lists.find((list): list is unknown[] => Array.isArray(list)) ?? [output]
}
