import { Access, accessNames } from '@spacedrive/core/domain'
import { defineAction, defineQuery } from '@spacedrive/core/ops'
import { z } from 'zod'
import { AccessRecord, AccessSession } from './access.ts'
import { type DaemonContext, served } from './context.ts'

const DEFAULT_DAYS = 90
const MAX_DAYS = 365
const MAX_NAME = 100
const MAX_RECORDS = 10_000

export const listSessions = defineQuery({
  name: 'sessions.list',
  scope: 'core',
  staleBy: [],
  summary: 'List the sessions of browsers, here and on other machines, and the API keys of programs',
  input: z.object({}),
  output: z.array(AccessSession),
  errors: ['Unavailable'],
  cli: { words: ['session', 'list'], examples: ['session list', 'session list --json'] },
  run: async (_input, context: DaemonContext) => served(context).access.list(),
})

export const endSession = defineAction({
  name: 'sessions.end',
  scope: 'core',
  summary: 'End a session or an API key and close its connections at once',
  input: z.object({
    id: z.string().min(1).max(MAX_NAME).describe('id of the session or API key, from `session list`'),
  }),
  output: z.object({ id: z.string() }),
  errors: ['NotFound', 'Unavailable'],
  cli: {
    words: ['session', 'end'],
    positional: ['id'],
    shortIds: { id: 'sessions.list' },
    examples: ['session end <id>'],
  },
  async run({ id }, context: DaemonContext) {
    await served(context).access.end(id)
    return { id }
  },
})

export const createApiKey = defineAction({
  name: 'sessions.createKey',
  scope: 'core',
  summary: 'Create an API key for a program; the key is shown only once',
  input: z.object({
    name: z.string().trim().min(1).max(MAX_NAME).describe('purpose of the key'),
    allow: z
      .array(Access)
      .max(accessNames.length)
      .default(['view'])
      .describe(
        'rights of the program: `manage` changes locations and jobs, `transfer` sends and receives files, `disk` reads files outside locations',
      ),
    days: z.int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS).describe('number of days until the key expires'),
  }),
  output: z.object({ key: z.string().describe('sent as `Authorization: Bearer <key>`'), session: AccessSession }),
  errors: ['Conflict', 'Unavailable'],
  cli: {
    words: ['session', 'key'],
    positional: ['name'],
    examples: ['session key backup-script', 'session key photo-frame --days 30', 'session key importer --allow manage'],
  },
  run: async (input, context: DaemonContext) => served(context).access.createKey(input),
})

export const accessLog = defineQuery({
  name: 'sessions.log',
  scope: 'core',
  staleBy: [],
  summary: 'List sign-ins, rejected sign-ins, pairings and grants, newest first',
  input: z.object({ limit: z.int().min(1).max(MAX_RECORDS).default(100).describe('maximum number of records') }),
  output: z.array(AccessRecord),
  errors: ['Unavailable'],
  cli: { words: ['session', 'log'], examples: ['session log', 'session log --limit 20'] },
  run: async ({ limit }, context: DaemonContext) => served(context).access.log(limit),
})

/** In the order of help and of the documents. */
export const operations = [listSessions, endSession, createApiKey, accessLog] as const
