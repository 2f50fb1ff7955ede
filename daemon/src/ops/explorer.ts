import { Access, accessNames } from '@spacedrive/core/domain'
import { defineAction, defineQuery } from '@spacedrive/core/ops'
import { z } from 'zod'
import { type DaemonContext, served } from './context.ts'

export const explorerLink = defineAction({
  name: 'explorer.link',
  scope: 'core',
  summary: 'Create a link that signs a browser in once',
  input: z.object({
    to: z
      .string()
      .max(4_096)
      .regex(/^\/(?![/\\])/)
      .default('/')
      .describe('page to show then: a path with its query'),
    folder: z
      .string()
      .max(4_096)
      .optional()
      .describe(
        'folder for a private page that leads to the link; the page is removed when the link is used or expires',
      ),
    program: z
      .string()
      .min(1)
      .max(4_096)
      .regex(/^[^`\p{Cc}]+$/u)
      .optional()
      .describe('words that start this program in the user’s shell; the page names commands with them'),
  }),
  output: z.object({
    url: z.string(),
    expiresAt: z.iso.datetime(),
    page: z.string().nullable().describe('path of the page in `folder`; null without `folder`'),
  }),
  errors: ['Unavailable'],
  async run({ folder, program, to }, context: DaemonContext) {
    const explorer = served(context)
    explorer.program = program ?? explorer.program
    return explorer.link(to, folder)
  },
})

export const explorerProgram = defineQuery({
  name: 'explorer.program',
  scope: 'core',
  staleBy: [],
  access: 'view',
  summary: 'Show the words that start this program in the user’s shell, as the last `explorer.link` gave them',
  input: z.object({}),
  output: z.object({ program: z.string().nullable() }),
  run: async (_input, { explorer }: DaemonContext) => ({ program: explorer?.program ?? null }),
})

/** Shorter passphrases can be guessed; longer texts are not passphrases. */
const MIN_PASSPHRASE = 12
const MAX_PASSPHRASE = 1_000
const MAX_NAMES = 20
/** The port after that of the explorer on this machine. */
const DEFAULT_PORT = 7_379

export const exposeExplorer = defineAction({
  name: 'explorer.expose',
  scope: 'core',
  summary: 'Let other machines on the network open the explorer, with TLS and a passphrase',
  input: z.object({
    passphrase: z
      .string()
      .min(MIN_PASSPHRASE, `needs at least ${MIN_PASSPHRASE} characters`)
      .max(MAX_PASSPHRASE)
      .describe('passphrase for other machines; replaces the previous one and ends all sessions'),
    port: z.int().min(0).max(65_535).default(DEFAULT_PORT).describe('port to listen on; 0: any free port'),
    address: z
      .union([z.ipv4(), z.ipv6()])
      .optional()
      .describe('address to listen on; every address of this machine by default'),
    names: z
      .array(z.hostname().max(253))
      .max(MAX_NAMES)
      .default([])
      .describe('other host names of this machine, for the certificate'),
    allow: z
      .array(Access)
      .max(accessNames.length)
      .default(['view'])
      .describe('rights of other machines; `view` (view and download) is always included'),
  }),
  output: z.object({ urls: z.array(z.string()), fingerprint: z.string(), allow: z.array(Access) }),
  errors: ['Unavailable'],
  async run(input, context: DaemonContext) {
    const { allow, fingerprint, urls } = await served(context).expose(input)
    return { urls: [...urls], fingerprint, allow: [...allow] }
  },
})

export const hideExplorer = defineAction({
  name: 'explorer.hide',
  scope: 'core',
  summary: 'Close the explorer to other machines and end their sessions at once',
  input: z.object({}),
  output: z.object({ wasExposed: z.boolean() }),
  run: async (_input, { explorer }: DaemonContext) => ({ wasExposed: (await explorer?.hide()) ?? false }),
})

/** In the order of help and of the documents. */
export const operations = [explorerLink, explorerProgram, exposeExplorer, hideExplorer] as const
