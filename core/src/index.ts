export { ConfigManager } from './config/index.ts'
export { Core, type CoreHost, type CoreOptions } from './core.ts'
export { CoreError, type ErrorCode } from './util/errors.ts'
export { type Logger, silentLogger } from './util/logger.ts'
