import { isatty } from 'node:tty'
import type { Globals } from './globals.ts'
import { type Style, colorStyle, plainStyle, wantsColor } from './text/style.ts'
import { wrapSentence } from './text/wrap.ts'
import { programAsTyped, withTypedCommands } from './typed-commands.ts'

/** One of the two streams a person may be looking at. */
export interface Screen {
  readonly isTTY: boolean
  /** Whether output can be overwritten: the screen is a terminal that understands cursor movements. */
  readonly animated: boolean
  /** Cells in a line; Infinity if lines are not cut. */
  readonly width: number
  /** Visible lines; Infinity if it is not a terminal. */
  readonly height: number
  readonly style: Style
  write(text: string): void
}

/** stdout takes data and nothing else; messages and progress go to stderr. */
export interface Io {
  readonly out: Screen
  readonly err: Screen
  /** Whether a user can answer questions on this terminal. */
  readonly canAsk: boolean
  /** Text for a person, or for a pipe. */
  print(text: string): void
  printJson(value: unknown): void
  /** One document a line, for `--jsonl`. */
  printJsonLine(value: unknown): void
  /** This program as the user types it: `npx spacedrive`. */
  readonly program: string
  /** A sentence with its commands as the user types them. */
  withTypedCommands(sentence: string): string
  /** A sentence on stderr, with its commands as the user types them; silent with --quiet and --json. */
  note(text: string): void
  /** A sentence that a script should hear of too: with --json a line of JSON. Silent with --quiet. */
  announce(text: string): void
}

export function createIo(globals: Globals, env: NodeJS.ProcessEnv): Io {
  const out = createScreen(process.stdout, globals, env)
  const err = createScreen(process.stderr, globals, env)
  const asJson = globals.json || globals.jsonl
  let program: string | null = null
  // It looks at the disk, and most output has no command in it.
  const typed = () => (program ??= programAsTyped(globals))
  const withTyped = (sentence: string) => withTypedCommands(sentence, typed)
  // In a pipe, sentences are not wrapped, because programs search for them.
  const say = (sentence: string) => {
    const text = withTyped(sentence)
    err.write(`${err.isTTY ? wrapSentence(text, err.width).join('\n') : text}\n`)
  }
  return {
    out,
    err,
    canAsk: globals.input && process.stdin.isTTY && err.isTTY,
    get program() {
      return typed()
    },
    withTypedCommands: withTyped,
    print: (text) => out.write(`${text}\n`),
    printJson: (value) => out.write(`${JSON.stringify(value, null, 2)}\n`),
    printJsonLine: (value) => out.write(`${JSON.stringify(value)}\n`),
    note: (text) => {
      if (!globals.quiet && !asJson) say(text)
    },
    announce: (text) => {
      if (globals.quiet) return
      if (asJson) err.write(`${JSON.stringify({ note: text })}\n`)
      else say(text)
    },
  }
}

/** The width for tables if the terminal does not report its own. */
const DEFAULT_WIDTH = 80
const DEFAULT_HEIGHT = 24
/** On a narrower screen, no output is readable. */
const MIN_WIDTH = 40

function createScreen(
  stream: NodeJS.WriteStream & { readonly fd: number },
  globals: Globals,
  env: NodeJS.ProcessEnv,
): Screen {
  const isTTY = isatty(stream.fd)
  const color = wantsColor({ isTTY, color: globals.color, env })
  return {
    isTTY,
    animated: isTTY && env.TERM !== 'dumb',
    get width() {
      const columns = stream.columns || Number(env.COLUMNS)
      if (columns > 0) return Math.max(MIN_WIDTH, columns)
      return isTTY ? DEFAULT_WIDTH : Infinity
    },
    get height() {
      return isTTY ? stream.rows || DEFAULT_HEIGHT : Infinity
    },
    style: color ? colorStyle : plainStyle,
    write: (text) => void stream.write(text),
  }
}
