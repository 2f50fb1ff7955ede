import { z } from 'zod'
import { defineQuery } from './define.ts'
import { Check } from './system.ts'

export const diagnoseNetwork = defineQuery({
  name: 'network.diagnose',
  scope: 'core',
  staleBy: [],
  summary: 'Test the connection between two devices and show how to fix each problem',
  input: z.object({
    device: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('name, slug or id of a paired device that this one cannot reach'),
  }),
  output: z.object({ ok: z.boolean(), checks: z.array(Check) }),
  errors: ['NotFound'],
  cli: {
    words: ['network', 'diagnose'],
    positional: ['device'],
    examples: ['network diagnose', 'network diagnose laptop'],
  },
  async run(input, { core, signal }) {
    const { network } = core
    return network.diagnose(input.device === undefined ? null : network.registry.find(input.device), signal)
  },
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [diagnoseNetwork] as const
