export { ConfigManager, type ConfigOptions, type ExplainedSetting } from './config-manager.ts'
export type { Config, SettingGroup, SettingGroups } from './schema.ts'
