import { expect, test } from 'vitest'
import { settingsOf } from '../../../../core/src/config/schema.ts'
import { daemonSettings } from '../../../../daemon/src/daemon-settings.ts'
import { settingHints } from './setting-hints.ts'

test('every setting is told in every language, and no other', () => {
  const keys = settingsOf(daemonSettings)
    .map(({ key }) => key)
    .toSorted()
  for (const hints of Object.values(settingHints)) expect(Object.keys(hints).toSorted()).toEqual(keys)
})
