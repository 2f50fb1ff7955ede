import { z } from 'zod'
import { Whereabouts } from '../registry/device-card.ts'
import type { Question, Rpc } from '../wire/rpc.ts'

/** Tells connected devices the new addresses of this device. */
export const roaming = {
  name: 'roaming',
  version: 1,
  maxFrameBytes: 8_192,
  maxStreams: 4,
  questions: {
    moved: { input: Whereabouts, output: z.object({}) },
  },
} satisfies Rpc<Record<string, Question>>
