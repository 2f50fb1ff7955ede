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
  source: z.enum(['flag', 'environment', 'library', 'file', 'default']),
  /** The variable or file that set the value. */
  from: z.string().nullable(),
  summary: z.string(),
  /** Whether each library has its own value, or only the device has one. */
  scope: z.enum(['library', 'device']),
  /** The allowed values, as JSON Schema. */
  schema: z.record(z.string(), z.unknown()),
})

export const getConfig = defineQuery({
  name: 'config.get',
  scope: 'anywhere',
  staleBy: ['config'],
  access: 'manage',
  summary: 'Show all settings, or one of them',
  input: z.object({ key: z.string().optional().describe('name of the setting, such as log.level') }),
  output: z.array(Explained),
  errors: ['NotFound'],
  cli: { words: ['config', 'get'], positional: ['key'] },
  run: async (input, { core, library }) => core.settings(input.key, library),
})

export const setConfig = defineAction({
  name: 'config.set',
  scope: 'anywhere',
  summary: 'Change a setting: of the library if it belongs to libraries, else of this installation',
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
  run: (input, { core, library }) => core.changeSetting(input, library),
})

export const unsetConfig = defineAction({
  name: 'config.unset',
  scope: 'anywhere',
  summary: 'Remove the value of a setting, so that its default, or that of the user, holds again',
  input: z.object({ key: z.string().describe('name of the setting, such as log.level') }),
  output: Explained.extend({ restartNeeded: z.boolean() }),
  errors: ['NotFound'],
  cli: { words: ['config', 'unset'], positional: ['key'], examples: ['config unset log.level'] },
  run: (input, { core, library }) => core.resetSetting(input.key, library),
})

export const explainConfig = defineQuery({
  name: 'config.explain',
  scope: 'anywhere',
  staleBy: ['config'],
  access: 'manage',
  summary: 'Show where the value of a setting comes from',
  input: z.object({ key: z.string().describe('name of the setting, such as log.level') }),
  output: Explained,
  errors: ['NotFound'],
  cli: { words: ['config', 'explain'], positional: ['key'] },
  run: async (input, { core, library }) => core.settings(input.key, library)[0]!,
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
      /**
       * The number and size of the files that were counted in a moment; `isWhole` if all were counted. Null if the
       * folder did not answer.
       */
      estimate: z.object({ files: z.number(), bytes: z.number(), isWhole: z.boolean() }).nullable(),
    }),
  ),
  run: (_input, { core }) => core.places(),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  systemLogs,
  systemDoctor,
  systemPlaces,
  getConfig,
  setConfig,
  unsetConfig,
  explainConfig,
] as const
