import type { Config } from '../../config/index.ts'
import type { CompanionKind, Generator, KindOfSidecar } from './generator.ts'
import { livePhotoVideos, xmpFiles } from './companions.ts'
import { makeEmbeddings } from './embeddings/index.ts'
import { makeOcr } from './ocr/index.ts'
import { makeProxies } from './proxy/index.ts'
import { documentText } from './text/index.ts'
import { makeThumbnails } from './thumb/index.ts'
import { thumbstrips } from './thumbstrip/index.ts'
import { makeTranscripts } from './transcript/index.ts'

/** Every kind of sidecar, with the current configuration. The order means nothing. */
export function sidecarKindsWith(config: Config): readonly (KindOfSidecar | CompanionKind)[] {
  return [
    makeThumbnails(config.thumbnails),
    documentText,
    makeOcr(config.ocr),
    makeTranscripts(config.transcript),
    makeEmbeddings(config.embeddings),
    thumbstrips,
    makeProxies(config.sidecars),
    livePhotoVideos,
    xmpFiles,
  ]
}

/** All generators with the current configuration. */
export function makeGenerators(config: Config): readonly Generator[] {
  return sidecarKindsWith(config).filter((kind) => kind.origin === 'generated')
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
