export interface SettingPlace {
  readonly group: string
  readonly name: string
}

/** Whether the settings of a file have a value for a setting. */
export function hasSetting(settings: Readonly<Record<string, unknown>>, { group, name }: SettingPlace): boolean {
  const values = settings[group]
  return typeof values === 'object' && values !== null && Object.hasOwn(values, name)
}

/** The settings of a file after one was changed; without a value, it is removed, and its group with the last one. */
export function withSetting<T>(
  settings: Readonly<Record<string, T>>,
  { group, name }: SettingPlace,
  value: unknown,
): Record<string, T | Record<string, unknown>> {
  const before = settings[group]
  const { [name]: _removed, ...others } = (typeof before === 'object' && before !== null ? before : {}) as Record<
    string,
    unknown
  >
  const changed = value === undefined ? others : { ...others, [name]: value }
  const { [group]: _group, ...rest } = settings
  return Object.keys(changed).length === 0 ? rest : { ...rest, [group]: changed }
}
