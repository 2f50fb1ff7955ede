export {
  ConfigManager,
  type ConfigOptions,
  type ExplainedSetting,
  type LibrarySettingsSource,
  type StoredSettings,
} from './config-manager.ts'
export { hasSetting, type SettingPlace, withSetting } from './with-setting.ts'
export { type Config, type Setting, type SettingGroup, type SettingGroups, withTraits } from './schema.ts'
