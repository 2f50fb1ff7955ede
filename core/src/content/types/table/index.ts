import type { FileTypeDefinition } from '../definition.ts'
import { archiveTypes } from './archives.ts'
import { audioTypes } from './audio.ts'
import { codeTypes } from './code.ts'
import { correspondenceTypes } from './correspondence.ts'
import { designTypes } from './design.ts'
import { documentTypes } from './documents.ts'
import { imageTypes } from './images.ts'
import { programTypes } from './programs.ts'
import { storageTypes } from './storage.ts'
import { textTypes } from './texts.ts'
import { videoTypes } from './video.ts'

/** All known file types. */
export const fileTypeTable: readonly FileTypeDefinition[] = [
  ...imageTypes,
  ...videoTypes,
  ...audioTypes,
  ...documentTypes,
  ...correspondenceTypes,
  ...archiveTypes,
  ...programTypes,
  ...designTypes,
  ...storageTypes,
  ...textTypes,
  ...codeTypes,
]
