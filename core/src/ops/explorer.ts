import { z } from 'zod'
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
  }),
  output: z.object({ url: z.string(), expiresAt: z.iso.datetime() }),
  errors: ['Unavailable'],
  run: async (input, { core }) => core.linkToExplorer(input.to),
})
