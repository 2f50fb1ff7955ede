import type { Generator } from './generator.ts'
import { documentText } from './text/index.ts'
import { thumbnails } from './thumb/index.ts'

/** Every generator, one for each kind. */
export const generators: readonly Generator[] = [thumbnails, documentText]

export type { ContentFacts, ContentFindings, Engine, Generator, MakeRequest, Output, PoolName } from './generator.ts'
