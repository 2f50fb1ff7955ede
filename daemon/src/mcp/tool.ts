import type { InputOf, OutputOf } from '@spacedrive/client'
import type { Ops } from '../ops/index.ts'
import { z } from 'zod'
import { DEFAULT_ITEMS, MAX_ANSWER_LENGTH, MAX_ITEMS } from './limits.ts'

/** Asks for an operation, for one library and one request of a client. */
export type Ask = <N extends keyof Ops>(name: N, input: InputOf<N>) => Promise<OutputOf<N>>

/** Something a program that talks to a model may ask. It reads, and changes nothing. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodType
  readonly output: z.ZodType
  /** What it answers was written by whoever wrote the files: their names, and what they say. */
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
    // A field that is not known is a mistake that a model can mend.
    input: z.strictObject({
      ...def.input,
      [LIBRARY]: z.string().max(1_000).optional().describe('name or id of the library; the current one by default'),
    }),
    output: z.object(def.output),
    run: (input, ask) => def.run(input as z.output<z.ZodObject<I>>, ask),
  }
}

/** The arguments of a tool that lists things. */
export const page = {
  limit: z.int().min(1).max(MAX_ITEMS).default(DEFAULT_ITEMS).describe('how many at the most'),
  cursor: z.string().max(10_000).optional().describe('where the last answer ended: its `cursor`'),
}
export const nextCursor = z.string().nullable().describe('pass it to get what comes next; null at the end')

/** A row as the cursor of a list that has rows. */
export const offsetCursor = z
  .string()
  .regex(/^\d{1,9}$/, 'is no cursor of this list')
  .optional()
  .describe(page.cursor.description ?? '')

export function offsetOf(cursor: string | undefined): number {
  return Number(cursor ?? 0)
}

export function cursorAfter(offset: number, shown: number, total: number): string | null {
  return shown > 0 && offset + shown < total ? String(offset + shown) : null
}

/** An answer that is not too long: where `limit` things are, it asks for half as many. */
export async function fitting<T>(limit: number, ask: (limit: number) => Promise<T>): Promise<T> {
  for (let some = limit; ; some = Math.ceil(some / 2)) {
    const answer = await ask(some)
    if (some === 1 || JSON.stringify(answer).length <= MAX_ANSWER_LENGTH) return answer
  }
}
