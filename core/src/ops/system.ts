import { z } from 'zod'
import { defineAction, defineQuery } from './define.ts'

export const systemLogs = defineQuery({
  name: 'system.logs',
  scope: 'core',
  staleBy: [],
  summary: 'Show the end of the daemon’s log',
  input: z.object({ tail: z.int().min(1).max(10_000).default(100).describe('number of lines') }),
  output: z.object({ file: z.string().nullable(), lines: z.array(z.string()) }),
  run: (input, { core }) => core.logTail(input.tail),
})

export const Check = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  detail: z.string(),
  fix: z.string().nullable(),
})

export const systemDoctor = defineQuery({
  name: 'system.doctor',
  scope: 'core',
  staleBy: [],
  access: 'manage',
  summary: 'Check the installation: runtime, limits, space, databases, clock, engines',
  input: z.object({}),
  output: z.object({
    ok: z.boolean(),
    checks: z.array(Check),
    engines: z.array(
      z.object({
        job: z.string(),
        name: z.string(),
        version: z.string().nullable(),
        available: z.boolean(),
        licence: z.string(),
        how: z.string(),
      }),
    ),
  }),
  run: (_input, { core, signal }) => core.doctor(signal),
})

const Explained = z.object({
  key: z.string(),
  value: z.unknown(),
  source: z.enum(['flag', 'environment', 'file', 'default']),
  /** The variable or file that set the value. */
  from: z.string().nullable(),
  summary: z.string(),
  /** The allowed values, as JSON Schema. */
  schema: z.record(z.string(), z.unknown()),
})

export const getConfig = defineQuery({
  name: 'config.get',
  scope: 'core',
  staleBy: ['config'],
  access: 'manage',
  summary: 'Show all settings, or one of them',
  input: z.object({ key: z.string().optional().describe('name of the setting, such as log.level') }),
  output: z.array(Explained),
  errors: ['NotFound'],
  cli: { words: ['config', 'get'], positional: ['key'] },
  run: async (input, { core }) => core.config.get(input.key),
})

export const setConfig = defineAction({
  name: 'config.set',
  scope: 'core',
  summary: 'Change a setting in the configuration file',
  input: z.object({
    key: z.string().describe('name of the setting, such as log.level'),
    value: z.string().describe('the new value'),
  }),
  output: Explained.extend({ restartNeeded: z.boolean() }),
  errors: ['NotFound'],
  cli: {
    words: ['config', 'set'],
    positional: ['key', 'value'],
    examples: ['config set log.level debug', 'config set watch.enabled false'],
  },
  run: (input, { core }) => core.config.set(input.key, input.value),
})

export const explainConfig = defineQuery({
  name: 'config.explain',
  scope: 'core',
  staleBy: ['config'],
  access: 'manage',
  summary: 'Show where the value of a setting comes from',
  input: z.object({ key: z.string().describe('name of the setting, such as log.level') }),
  output: Explained,
  errors: ['NotFound'],
  cli: { words: ['config', 'explain'], positional: ['key'] },
  run: async (input, { core }) => core.config.explain(input.key),
})

export const systemPlaces = defineQuery({
  name: 'system.places',
  scope: 'core',
  staleBy: [],
  access: 'view',
  summary: 'List the common folders of the user: pictures, documents, downloads, home',
  input: z.object({}),
  output: z.array(
    z.object({
      kind: z.enum(['pictures', 'documents', 'downloads', 'desktop', 'music', 'videos', 'home']),
      path: z.string(),
      name: z.string(),
      /** The files found within a moment; all of them if `isWhole`. Null if the folder did not answer. */
      estimate: z.object({ files: z.number(), bytes: z.number(), isWhole: z.boolean() }).nullable(),
    }),
  ),
  run: (_input, { core }) => core.places(),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [systemLogs, systemDoctor, systemPlaces, getConfig, setConfig, explainConfig] as const
