import { open } from 'node:fs/promises'
import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { logLine } from '../render/log-line.ts'
import { readLogTail } from '../log-tail.ts'

/** How often the file is looked at for new lines. */
const FOLLOW_MS = 250
const DEFAULT_TAIL = 100

/** Prints the end of the log, and with --follow new lines. */
export async function logs(values: Values, context: CliContext): Promise<number> {
  const { globals, io, interrupt } = context
  const tail = typeof values.tail === 'number' ? values.tail : DEFAULT_TAIL
  const { file, lines } = await readLogTail(context, tail)
  const print = (line: string) => io.print(globals.json || globals.jsonl ? line : logLine(line, io.out.style))
  if (globals.json && values.follow !== true) {
    io.printJson({ file, lines })
    return exitCodes.ok
  }
  for (const line of lines) print(line)
  if (values.follow === true) await follow(file, { signal: interrupt.signal, print })
  return exitCodes.ok
}

interface Following {
  readonly signal: AbortSignal
  readonly print: (line: string) => void
}

/** New lines as they come, also after the log has been rotated, until Ctrl-C. */
async function follow(file: string, { print, signal }: Following): Promise<void> {
  let position = (await sizeAndId(file))?.size ?? 0
  let id = (await sizeAndId(file))?.id ?? null
  let rest = ''
  while (!signal.aborted) {
    const now = await sizeAndId(file)
    if (now && (now.id !== id || now.size < position)) {
      position = 0
      id = now.id
    }
    if (now && now.size > position) {
      const lines = (rest + (await readFrom(file, position, now.size))).split('\n')
      position = now.size
      rest = lines.pop() ?? ''
      for (const line of lines) print(line)
    }
    await pause(FOLLOW_MS, signal)
  }
}

async function sizeAndId(file: string): Promise<{ size: number; id: number } | null> {
  try {
    await using handle = await open(file)
    const { ino, size } = await handle.stat()
    return { size, id: ino }
  } catch {
    // During a rotation, the file does not exist for a moment.
    return null
  }
}

async function readFrom(file: string, start: number, end: number): Promise<string> {
  await using handle = await open(file)
  const buffer = Buffer.alloc(end - start)
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start)
  return buffer.toString('utf8', 0, bytesRead)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}
