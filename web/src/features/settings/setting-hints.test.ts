import { expect, test } from 'vitest'
import { settings } from '../../../../core/src/config/schema.ts'
import { settingHints } from './setting-hints.ts'

test('every setting is told in every language, and no other', () => {
  const keys = settings.map(({ key }) => key).toSorted()
  for (const hints of Object.values(settingHints)) expect(Object.keys(hints).toSorted()).toEqual(keys)
})
