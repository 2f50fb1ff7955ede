import { z } from 'zod'
import { defineQuery } from './define.ts'
import { Check } from './system.ts'

export const diagnoseNetwork = defineQuery({
  name: 'network.diagnose',
  scope: 'core',
  staleBy: [],
  summary: 'Find out why two devices do not see each other, by trying it, and say what to do',
  input: z.object({
    device: z.string().min(1).max(200).optional().describe('a paired device to reach: its name, slug or id'),
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
