import type { Config } from '../../config/index.ts'
import type { CompanionKind, Generator, KindOfSidecar } from './generator.ts'
import { livePhotoVideos, xmpFiles } from './companions.ts'
import { makeEmbeddings } from './embeddings/index.ts'
import { type AddedLanguages, NO_LANGUAGES } from './ocr/added-languages.ts'
import { makeOcr } from './ocr/index.ts'
import { makeProxies } from './proxy/index.ts'
import { documentText } from './text/index.ts'
import { makeThumbnails } from './thumb/index.ts'
import { thumbstrips } from './thumbstrip/index.ts'
import { makeTranscripts } from './transcript/index.ts'

/** The engines that the user has added to this installation. */
export interface AddedEngines {
  readonly languages: AddedLanguages
}

export const NOTHING_ADDED: AddedEngines = { languages: NO_LANGUAGES }

/** Every kind of sidecar, with the current configuration. The order has no meaning. */
export function sidecarKindsWith(config: Config, added: AddedEngines): readonly (KindOfSidecar | CompanionKind)[] {
  return [
    makeThumbnails(config.thumbnails),
    documentText,
    makeOcr(config.ocr, added.languages),
    makeTranscripts(config.transcript),
    makeEmbeddings(config.embeddings),
    thumbstrips,
    makeProxies(config.sidecars),
    livePhotoVideos,
    xmpFiles,
  ]
}

/** All generators with the current configuration. */
export function makeGenerators(config: Config, added: AddedEngines = NOTHING_ADDED): readonly Generator[] {
  return sidecarKindsWith(config, added).filter((kind) => kind.origin === 'generated')
}

export { deadlineOf, isUsable, maxBytesOf } from './generator.ts'
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
