import type { Config } from '../../config/index.ts'
import type { Generator } from './generator.ts'
import { makeEmbeddings } from './embeddings/index.ts'
import { makeOcr } from './ocr/index.ts'
import { makeProxies } from './proxy/index.ts'
import { documentText } from './text/index.ts'
import { makeThumbnails } from './thumb/index.ts'
import { thumbstrips } from './thumbstrip/index.ts'
import { makeTranscripts } from './transcript/index.ts'

/** All generators with the current configuration, one for each kind. */
export function makeGenerators({ embeddings, ocr, sidecars, thumbnails, transcript }: Config): readonly Generator[] {
  return [
    makeThumbnails(thumbnails),
    documentText,
    makeOcr(ocr),
    makeTranscripts(transcript),
    makeEmbeddings(embeddings),
    thumbstrips,
    makeProxies(sidecars),
  ]
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
