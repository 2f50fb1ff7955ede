import { z } from 'zod'
import { Access, accessNames, AccessRecord, AccessSession } from '../domain/access.ts'
import { defineAction, defineQuery } from './define.ts'

const DEFAULT_DAYS = 90
const MAX_DAYS = 365
const MAX_NAME = 100
const MAX_RECORDS = 10_000

export const listSessions = defineQuery({
  name: 'sessions.list',
  scope: 'core',
  staleBy: [],
  summary: 'List who is let in: browsers of this machine, of others, and programs with an API key',
  input: z.object({}),
  output: z.array(AccessSession),
  errors: ['Unavailable'],
  cli: { words: ['session', 'list'], examples: ['session list', 'session list --json'] },
  run: async (_input, { core }) => core.sessions().list(),
})

export const endSession = defineAction({
  name: 'sessions.end',
  scope: 'core',
  summary: 'End a session or an API key; everything that came in by it is cut off at once',
  input: z.object({ id: z.string().min(1).max(MAX_NAME).describe('the session or key, from `session list`') }),
  output: z.object({ id: z.string() }),
  errors: ['NotFound', 'Unavailable'],
  cli: { words: ['session', 'end'], positional: ['id'], examples: ['session end <id>'] },
  async run({ id }, { core }) {
    await core.sessions().end(id)
    return { id }
  },
})

export const createApiKey = defineAction({
  name: 'sessions.createKey',
  scope: 'core',
  summary: 'Make an API key for a program; it is shown this once',
  input: z.object({
    name: z.string().trim().min(1).max(MAX_NAME).describe('what the key is for'),
    allow: z
      .array(Access)
      .max(accessNames.length)
      .default(['view'])
      .describe(
        'what the program may do: `manage` changes locations and jobs, `transfer` sends and receives files, `disk` reaches files outside of locations',
      ),
    days: z.int().min(1).max(MAX_DAYS).default(DEFAULT_DAYS).describe('how long the key holds'),
  }),
  output: z.object({ key: z.string().describe('sent as `Authorization: Bearer <key>`'), session: AccessSession }),
  errors: ['Conflict', 'Unavailable'],
  cli: {
    words: ['session', 'key'],
    positional: ['name'],
    examples: ['session key backup-script', 'session key photo-frame --days 30', 'session key importer --allow manage'],
  },
  run: async (input, { core }) => core.sessions().createKey(input),
})

export const accessLog = defineQuery({
  name: 'sessions.log',
  scope: 'core',
  staleBy: [],
  summary: 'Show who signed in, who was refused, and what was paired and granted; the newest first',
  input: z.object({ limit: z.int().min(1).max(MAX_RECORDS).default(100).describe('how many records at most') }),
  output: z.array(AccessRecord),
  errors: ['Unavailable'],
  cli: { words: ['session', 'log'], examples: ['session log', 'session log --limit 20'] },
  run: async ({ limit }, { core }) => core.sessions().log(limit),
})
