import type { Ops } from '@spacedrive/daemon/ops'
import type { CliContext } from '../context.ts'
import type { OutputOf } from '@spacedrive/client'
import type { SubjectNames } from '../subject-names.ts'
import type { Style } from '../text/style.ts'

/** The facts about the output and its reader that a renderer may use. */
export interface View {
  /** Cells in a line; Infinity in a pipe. */
  readonly width: number
  readonly style: Style
  readonly verbose: boolean
  /** For "5 min ago". */
  readonly now: number
  /** Names of the objects that jobs work on. */
  readonly names: SubjectNames
  /** A sentence with its commands as the user types them. */
  readonly withTypedCommands: (sentence: string) => string
}

/** The part of `View` for functions that word lines, but do not lay them out. */
export type Wording = Pick<View, 'style' | 'withTypedCommands'>

/** Lines for a person. Everything that comes from outside, such as names, goes through `printable` on the way. */
export type Renderer<N extends keyof Ops> = (output: OutputOf<N>, view: View) => readonly string[]

/** The renderers of one feature, by operation. */
export type Renderers = { readonly [N in keyof Ops]?: Renderer<N> }

export function viewOf({ globals, io }: CliContext, names: SubjectNames): View {
  const { out, withTypedCommands } = io
  return { width: out.width, style: out.style, verbose: globals.verbose, now: Date.now(), names, withTypedCommands }
}
