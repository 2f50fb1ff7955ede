import { z } from 'zod'
import { Access, accessNames } from '../domain/access.ts'
import { defineAction } from './define.ts'

export const explorerLink = defineAction({
  name: 'explorer.link',
  scope: 'core',
  summary: 'Make a link that signs a browser in, once',
  input: z.object({
    to: z
      .string()
      .max(4_096)
      .regex(/^\/(?![/\\])/)
      .default('/')
      .describe('page that is shown then: a path with its query'),
    folder: z
      .string()
      .max(4_096)
      .optional()
      .describe(
        'folder for a private page that leads to the link; the page is removed when the link is used or too old',
      ),
  }),
  output: z.object({
    url: z.string(),
    expiresAt: z.iso.datetime(),
    page: z.string().nullable().describe('path of the page in `folder`; null without `folder`'),
  }),
  errors: ['Unavailable'],
  run: async (input, { core }) => core.linkToExplorer(input.to, input.folder),
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
  summary: 'Let others on the network reach the explorer, by TLS and with a passphrase',
  input: z.object({
    passphrase: z
      .string()
      .min(MIN_PASSPHRASE, `needs at least ${MIN_PASSPHRASE} characters`)
      .max(MAX_PASSPHRASE)
      .describe('what others type to sign in; it takes the place of the one before, and ends every session'),
    port: z.int().min(0).max(65_535).default(DEFAULT_PORT).describe('0: any'),
    address: z
      .union([z.ipv4(), z.ipv6()])
      .optional()
      .describe('the address to listen at; every one of this machine where left out'),
    names: z.array(z.hostname().max(253)).max(MAX_NAMES).default([]).describe('other names this machine is reached by'),
    allow: z
      .array(Access)
      .max(accessNames.length)
      .default(['view'])
      .describe('what they may do; `view` (look and download) is always among it'),
  }),
  output: z.object({ urls: z.array(z.string()), fingerprint: z.string(), allow: z.array(Access) }),
  errors: ['Unavailable'],
  async run(input, { core }) {
    const { allow, fingerprint, urls } = await core.exposeExplorer(input)
    return { urls: [...urls], fingerprint, allow: [...allow] }
  },
})

export const hideExplorer = defineAction({
  name: 'explorer.hide',
  scope: 'core',
  summary: 'Keep the explorer to this machine again; every session from elsewhere ends at once',
  input: z.object({}),
  output: z.object({ wasExposed: z.boolean() }),
  run: async (_input, { core }) => ({ wasExposed: await core.hideExplorer() }),
})

/** In the order of help and of the documents. */
export const operations = [explorerLink, exposeExplorer, hideExplorer] as const
