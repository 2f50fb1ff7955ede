import type { InputOf, OutputOf } from '@spacedrive/client'
import type { Ops } from '../ops/index.ts'
import { z } from 'zod'
import { DEFAULT_ITEMS, MAX_ANSWER_LENGTH, MAX_ITEMS } from './limits.ts'

/** Calls an operation on behalf of one client request, in the library that the request names. */
export type Ask = <N extends keyof Ops>(name: N, input: InputOf<N>) => Promise<OutputOf<N>>

/** Returns the function that calls operations in the given library; undefined is the current library. */
export type AskIn = (library: string | undefined) => Ask

/** A read-only function that an MCP client offers to its model. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodType
  readonly output: z.ZodType
  /** True if the answer contains file names or texts, whose authors may be strangers. */
  readonly strangers: boolean
  run(input: unknown, ask: Ask): Promise<unknown>
}

interface Definition<I extends z.ZodRawShape, O extends z.ZodRawShape> extends Pick<
  Tool,
  'name' | 'title' | 'description' | 'strangers'
> {
  readonly input: I
  readonly output: O
  run(input: z.output<z.ZodObject<I>>, ask: Ask): Promise<z.input<z.ZodObject<O>>>
}

/** The argument of every tool that names a library. */
export const LIBRARY = 'library'

export function defineTool<I extends z.ZodRawShape, O extends z.ZodRawShape>(def: Definition<I, O>): Tool {
  return {
    ...def,
    // Rejecting an unknown field lets the model correct its mistake.
    input: z.strictObject({
      ...def.input,
      [LIBRARY]: z.string().max(1_000).optional().describe('name or id of the library; the current library by default'),
    }),
    output: z.object(def.output),
    run: (input, ask) => def.run(input as z.output<z.ZodObject<I>>, ask),
  }
}

/** The arguments of a tool that lists things. */
export const page = {
  limit: z.int().min(1).max(MAX_ITEMS).default(DEFAULT_ITEMS).describe('maximum number of items'),
  cursor: z.string().max(10_000).optional().describe('`cursor` of the previous answer; omit to start at the beginning'),
}
export const nextCursor = z
  .string()
  .nullable()
  .describe('pass it as `cursor` to get the next page; null on the last page')

/** The cursor of a list that is paged by row number. */
export const offsetCursor = z
  .string()
  .regex(/^\d{1,9}$/, 'is not a cursor of this list; pass the `cursor` of an earlier answer')
  .optional()
  .describe(page.cursor.description ?? '')

export function offsetOf(cursor: string | undefined): number {
  return Number(cursor ?? 0)
}

export function cursorAfter(offset: number, shown: number, total: number): string | null {
  return shown > 0 && offset + shown < total ? String(offset + shown) : null
}

/** Calls `ask` with `limit`, then halves the limit until the answer fits into `MAX_ANSWER_LENGTH`. */
export async function fitting<T>(limit: number, ask: (limit: number) => Promise<T>): Promise<T> {
  for (let some = limit; ; some = Math.ceil(some / 2)) {
    const answer = await ask(some)
    if (some === 1 || JSON.stringify(answer).length <= MAX_ANSWER_LENGTH) return answer
  }
}
