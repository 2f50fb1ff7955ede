import { z } from 'zod'
import { Whereabouts } from '../registry/device-card.ts'
import type { Question, Rpc } from '../wire/rpc.ts'

/** Tells where a device is from now on, to those that are connected with it. */
export const roaming = {
  name: 'roaming',
  version: 1,
  maxFrameBytes: 8_192,
  maxStreams: 4,
  questions: {
    moved: { input: Whereabouts, output: z.object({}) },
  },
} satisfies Rpc<Record<string, Question>>
