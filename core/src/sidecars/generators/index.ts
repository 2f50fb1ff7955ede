import type { Config } from '../../config/index.ts'
import type { Generator } from './generator.ts'
import { makeOcr } from './ocr/index.ts'
import { documentText } from './text/index.ts'
import { thumbnails } from './thumb/index.ts'

/** Every generator as it is configured, one for each kind. */
export function makeGenerators({ ocr }: Config): readonly Generator[] {
  return [thumbnails, documentText, makeOcr(ocr)]
}

export { deadlineOf, maxBytesOf } from './generator.ts'
export type {
  ContentFacts,
  ContentFindings,
  DetectedEngine,
  Engine,
  Generator,
  MakeRequest,
  Output,
  PoolName,
  SidecarInput,
} from './generator.ts'
