export { ConfigManager, type ConfigOptions, type ExplainedSetting } from './config-manager.ts'
export type { Config } from './schema.ts'
