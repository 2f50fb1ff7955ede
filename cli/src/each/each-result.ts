import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CoreError } from '@spacedrive/core/errors'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import type { ContractOp } from '../contract.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { printable } from '../text/escape.ts'
import { UsageError } from '../usage-error.ts'
import { allPages, itemSchema, type Page } from './pages.ts'
import { type Item, parseTemplate, pathOf } from './template.ts'

/** The action of a command on each of its results, in place of printing a list. */
interface Wish {
  readonly print0: boolean
  readonly format: string | null
  readonly exec: readonly string[] | null
}

/** Takes the flags of this file out of a command's values. Null if none was given. Throws UsageError for two of them. */
export function takeWish(
  values: Values,
  operation: ContractOp,
  { globals }: CliContext,
): { wish: Wish; rest: Values } | null {
  const { exec, format, print0, ...rest } = values
  const given = [
    ...(print0 === true ? ['--print0'] : []),
    ...(typeof format === 'string' ? ['--format'] : []),
    ...(Array.isArray(exec) ? ['--exec'] : []),
  ]
  if (operation.cli?.each === undefined || given.length === 0) return null
  const all = [...given, ...(globals.json ? ['--json'] : []), ...(globals.jsonl ? ['--jsonl'] : [])]
  if (all.length > 1)
    throw new UsageError(`${all.join(' and ')} cannot be combined; give one of them`, { words: operation.cli.words })
  const wish = {
    print0: print0 === true,
    format: typeof format === 'string' ? format : null,
    exec: Array.isArray(exec) ? (exec as string[]) : null,
  }
  return { wish, rest }
}

interface EachResult {
  readonly wish: Wish
  readonly operation: ContractOp
  readonly input: Readonly<Record<string, unknown>>
}

/**
 * Applies the wished action to each result, page after page. Returns the exit code: 5 if a command failed for some
 * results.
 */
export async function eachResult({ input, operation, wish }: EachResult, session: Session): Promise<number> {
  const { context } = session
  const act = actionOf(wish, operation, context)
  const pages = allPages({ operation, input, call: (asked) => session.call(operation, asked) })
  let done = 0
  let failed = 0
  let seen = 0
  let total: number | null = null
  for await (const page of wish.exec ? collected(pages) : pages) {
    seen += page.count
    total = page.total
    for (const item of page.items) {
      context.interrupt.signal.throwIfAborted()
      done++
      if (!(await act(item))) failed++
    }
  }
  if (total !== null && seen < total) context.io.note(`${seen} of ${total} results; --limit takes more`)
  if (failed === 0) return exitCodes.ok
  return failed === done ? exitCodes.failed : exitCodes.partial
}

/**
 * Reads all pages before the program starts. It may move or delete the files that it gets, which would shift the later
 * pages.
 */
async function* collected(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const all: Page[] = []
  for await (const page of pages) all.push(page)
  yield* all
}

/** Resolves to whether it worked. */
type Action = (item: Item) => Promise<boolean>

function actionOf({ exec, format }: Wish, operation: ContractOp, context: CliContext): Action {
  const words = operation.cli?.words ?? []
  const schema = itemSchema(operation)
  if (exec)
    return execution(
      exec.map((word) => parseTemplate(word, schema, words)),
      context,
    )
  if (format === null) return (item) => written([Buffer.from(pathOf(item)), Buffer.of(0)])
  const template = parseTemplate(format.replace(ESCAPE, unescaped), schema, words)
  return (item) => written([template.fill(item), Buffer.from('\n')])
}

const ESCAPE = /\\([\\tn0])/g

function unescaped(_all: string, letter: string): string {
  return { t: '\t', n: '\n', '0': '\0' }[letter] ?? letter
}

/** Bytes as they are: the reader is a program. */
async function written(parts: readonly Buffer[]): Promise<boolean> {
  if (!process.stdout.write(Buffer.concat(parts))) await once(process.stdout, 'drain')
  return true
}

/** Runs a command for one result after the other, without a shell. */
function execution(templates: readonly ReturnType<typeof parseTemplate>[], { interrupt, io }: CliContext): Action {
  const isFilled = templates.some((template) => template.isFilled)
  return async (item) => {
    const refuse = (reason: string) => {
      io.note(`${printable(item.path)}: ${reason}`)
      return false
    }
    if (typeof item.pathBase64 === 'string')
      return refuse('its name is not valid UTF-8, so it cannot be an argument; use --print0')
    if (item.online === false) return refuse('its disk is not connected')
    const line = templates.map((template) => template.fill(item).toString())
    const [program, ...args] = isFilled ? line : [...line, item.path]
    const code = await run(program!, args, interrupt.signal)
    return code === 0 || refuse(`${program} ended with ${code}`)
  }
}

async function run(program: string, args: readonly string[], signal: AbortSignal): Promise<number | string> {
  const child = spawn(program, args, { stdio: 'inherit', signal })
  try {
    const [code, ended] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return code ?? ended ?? 'an unknown error'
  } catch (err) {
    if (signal.aborted) throw err
    const isMissing = err instanceof Error && 'code' in err && err.code === 'ENOENT'
    const reason = isMissing ? 'there is no such program' : String(err)
    const advice = isMissing && program.includes(' ') ? '; write the command without quotes, as in --exec ls -l {}' : ''
    throw new CoreError('NotFound', `cannot run ${JSON.stringify(program)}: ${reason}${advice}`, { cause: err })
  }
}
