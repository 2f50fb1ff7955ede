import type { Migrations } from '../../db/index.ts'
import * as init from './001-init.ts'
import * as sidecars from './002-sidecars.ts'
import * as textSearch from './003-text-search.ts'
import * as videoMedia from './004-video-media.ts'
import * as vectors from './005-vectors.ts'
import * as references from './006-references.ts'
import * as longerPrefixes from './007-longer-prefixes.ts'
import * as sidecarChanges from './008-sidecar-changes.ts'
import * as waitingTexts from './009-waiting-texts.ts'
import * as indexInvariants from './010-index-invariants.ts'
import * as libraryIdentity from './011-library-identity.ts'
import * as unreadFiles from './012-unread-files.ts'
import * as searchedSidecars from './013-searched-sidecars.ts'
import * as koreanWords from './014-korean-words.ts'
import * as richerMedia from './015-richer-media.ts'

export const migrations: Migrations = {
  '001-init': init,
  '002-sidecars': sidecars,
  '003-text-search': textSearch,
  '004-video-media': videoMedia,
  '005-vectors': vectors,
  '006-references': references,
  '007-longer-prefixes': longerPrefixes,
  '008-sidecar-changes': sidecarChanges,
  '009-waiting-texts': waitingTexts,
  '010-index-invariants': indexInvariants,
  '011-library-identity': libraryIdentity,
  '012-unread-files': unreadFiles,
  '013-searched-sidecars': searchedSidecars,
  '014-korean-words': koreanWords,
  '015-richer-media': richerMedia,
}
