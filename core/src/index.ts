export { ConfigManager } from './config/index.ts'
export { FileTypeRegistry } from './content/index.ts'
export {
  type AccessSessions,
  Core,
  type CoreHost,
  type CoreOptions,
  type Exposed,
  type ExplorerHost,
  type ExposeInput,
  type UnexpectedFailure,
} from './core.ts'
export { databaseError } from './db/index.ts'
export { type IndexedContent, isAsIndexed, type OpenFile, openFile, type OpenFileDeps } from './files/index.ts'
export { defineJob, type JobContext, JobManager } from './jobs/index.ts'
export { CoreError, type ErrorCode } from './util/errors.ts'
export type { Library } from './library/index.ts'
export type { RemoteFile, Subject } from './network/index.ts'
export { parseSidecarFile } from './sidecars/index.ts'
export { bytesToName, displayName, fsPath, parsePath, type RawName } from './util/file-name.ts'
export { issueSentence } from './util/issue-sentence.ts'
export { pathError, pathErrorCode } from './util/path-error.ts'
export { type Logger, silentLogger } from './util/logger.ts'
