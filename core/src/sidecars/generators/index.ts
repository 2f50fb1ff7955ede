import type { Generator } from './generator.ts'
import { ocr } from './ocr/index.ts'
import { documentText } from './text/index.ts'
import { thumbnails } from './thumb/index.ts'

/** Every generator, one for each kind. */
export const generators: readonly Generator[] = [thumbnails, documentText, ocr]

export type {
  ContentFacts,
  ContentFindings,
  DetectedEngine,
  Engine,
  Generator,
  MakeRequest,
  Output,
  PoolName,
} from './generator.ts'
