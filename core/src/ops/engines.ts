import { z } from 'zod'
import { Engine, engineJobs } from '../domain/index.ts'
import { defineAction, defineQuery } from './define.ts'

const job = z.enum(engineJobs).describe('task of the engine')

export const listEngines = defineQuery({
  name: 'engines.list',
  scope: 'core',
  staleBy: ['config'],
  access: 'manage',
  summary: 'List the engines and models that read files, with their licence and size, and how to get the missing ones',
  input: z.object({
    job: job.optional(),
    all: z.boolean().default(false).describe('also list the languages that can be added for text in pictures'),
  }),
  output: z.array(Engine),
  cli: { words: ['engine', 'list'], positional: ['job'], examples: ['engine list', 'engine list ocr --all'] },
  run: ({ all, job: of }, { core }) => core.engines.list(of, { all }),
})

export const addEngine = defineAction({
  name: 'engines.add',
  scope: 'core',
  summary: 'Download and install a language or a runtime, or use a model that you have downloaded',
  input: z.object({
    job,
    name: z
      .string()
      .min(1)
      .max(4_096)
      .optional()
      .describe('name of the engine, code of a language such as deu, or path of a model; omit to see the names'),
  }),
  output: Engine,
  errors: ['AlreadyExists', 'NotFound', 'Offline', 'NotAuthorised', 'Corrupt', 'Unavailable', 'Timeout'],
  cli: {
    words: ['engine', 'add'],
    positional: ['job', 'name'],
    references: ['name'],
    next: 'engine list <job>',
    examples: ['engine add ocr deu', 'engine add transcripts sherpa-onnx', 'engine add transcripts ./ggml-base.bin'],
  },
  run: (input, { core, signal }) => core.engines.add(input, signal),
})

export const removeEngine = defineAction({
  name: 'engines.remove',
  scope: 'core',
  summary: 'Remove an engine, a language or a model that was added',
  input: z.object({
    job,
    name: z.string().min(1).max(4_096).describe('name of the engine, as `engine list` shows it'),
  }),
  output: z.array(Engine),
  errors: ['NotFound'],
  cli: {
    words: ['engine', 'remove'],
    positional: ['job', 'name'],
    references: ['name'],
    examples: ['engine remove ocr deu', 'engine remove transcripts sherpa-onnx'],
  },
  run: (input, { core }) => core.engines.remove(input),
})

export const testEngine = defineAction({
  name: 'engines.test',
  scope: 'core',
  summary: 'Try an engine on a small sample and show the result',
  input: z.object({
    job,
    name: z.string().min(1).max(4_096).optional().describe('name of the engine, or code of a language'),
  }),
  output: z.object({
    job: z.enum(engineJobs),
    engine: z.object({ name: z.string(), version: z.string() }),
    /** The result, in a few words. */
    said: z.string(),
    tookMs: z.number(),
  }),
  errors: ['NotFound', 'Unavailable', 'Unsupported', 'Corrupt', 'Timeout', 'Offline'],
  cli: {
    words: ['engine', 'test'],
    positional: ['job', 'name'],
    examples: ['engine test ocr', 'engine test ocr deu', 'engine test transcripts'],
  },
  run: (input, { core, signal }) => core.engines.test(input, signal),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [listEngines, addEngine, removeEngine, testEngine] as const
