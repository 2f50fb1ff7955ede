import type { Ops } from '@spacedrive/daemon/ops'
import type { CliContext } from './context.ts'
import type { OutputOf } from '@spacedrive/client'
import { afterwards } from './hints.ts'
import { renderOutput } from './render/index.ts'
import { viewOf } from './render/view.ts'
import type { SubjectNames } from './subject-names.ts'
import { wrap } from './text/wrap.ts'

/** Prints an operation's answer as `--json`, as `--jsonl` or for a person, with what is likely wanted next. */
export async function printOutput(
  name: keyof Ops,
  output: unknown,
  context: CliContext,
  names: SubjectNames = new Map(),
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
  // What was only tried out leads to nothing.
  const next = isDryRun(output) ? undefined : afterwards[name]
  if (next !== undefined) io.note(io.err.style('dim', `Next: spacedrive ${next}`))
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
