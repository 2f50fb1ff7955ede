export { ConfigManager } from './config/index.ts'
export { FileTypeRegistry } from './content/index.ts'
export { Core, type CoreOptions } from './core.ts'
export { databaseError } from './db/index.ts'
export type { UnexpectedFailure } from './doctor/index.ts'
export type { CoreHost } from './host.ts'
export { defineJob, type JobContext, JobManager } from './jobs/index.ts'
export { CoreError, type ErrorCode } from './util/errors.ts'
export type { Library } from './library/index.ts'
export { parseSidecarFile, withoutAlias } from './sidecars/index.ts'
export { DiskFile, type FileRef, openFile, type OpenFileDeps, pathRef, type SourceFile } from './sources/index.ts'
export {
  baseOf,
  bytesToName,
  displayName,
  fsPath,
  joinName,
  parentOf,
  parsePath,
  pathText,
  type RawName,
} from './util/file-name.ts'
export { issueSentence } from './util/issue-sentence.ts'
export { pathError, pathErrorCode } from './util/path-error.ts'
export { type Logger, silentLogger } from './util/logger.ts'
