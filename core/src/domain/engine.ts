import { z } from 'zod'

/** The tasks of engines, as they are named in commands. */
export const engineJobs = ['thumbnails', 'text', 'ocr', 'video', 'transcripts', 'embeddings'] as const
export type EngineJob = (typeof engineJobs)[number]

/**
 * `embedded`: it comes with this program. `found`: it is on this machine and in use. `available`: `engine add`
 * installs it. `missing`: the user must install it or set it up.
 */
export const engineStates = ['embedded', 'found', 'available', 'missing'] as const
export type EngineState = (typeof engineStates)[number]

/** An engine, a model, or the data of a language. */
export const Engine = z.object({
  job: z.enum(engineJobs),
  /** The name of the engine; for the data of a language, its code, such as `deu`. */
  name: z.string(),
  /** Null if the engine is missing or does not report its version. */
  version: z.string().nullable(),
  state: z.enum(engineStates),
  /** An SPDX identifier. */
  licence: z.string(),
  /** Approximate size on the disk in bytes; null if it depends on the system or is not known. */
  size: z.number().nullable(),
  /** Its task, in a few words. */
  gives: z.string(),
  /** The path of the engine, or how to get it. */
  how: z.string(),
})
export type Engine = z.infer<typeof Engine>
