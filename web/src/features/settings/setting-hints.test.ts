import { expect, test } from 'vitest'
import { generatedKinds } from '../../../../core/src/domain/stored-lists.ts'
import { settingsOf } from '../../../../core/src/config/schema.ts'
import { daemonSettings } from '../../../../daemon/src/daemon-settings.ts'
import { settingHints } from './setting-hints.ts'

/** A new kind of sidecar shows the engine's own hint until the page has one. */
const kindKeys = new Set(generatedKinds.map((kind) => `sidecars.${kind}`))

test('every setting has a hint in every language, except kinds of sidecars, and no other hint exists', () => {
  const keys = settingsOf(daemonSettings).map(({ key }) => key)
  const required = keys.filter((key) => !kindKeys.has(key))
  for (const hints of Object.values(settingHints)) {
    expect(Object.keys(hints)).toEqual(expect.arrayContaining(required))
    expect(keys).toEqual(expect.arrayContaining(Object.keys(hints)))
  }
})

test('every setting has a short name and a description, in every language', () => {
  const english = settingsOf(daemonSettings).map(({ summary }) => summary)
  const summaries = [...english, ...Object.values(settingHints).flatMap((hints) => Object.values(hints))]
  expect(summaries.filter((summary) => !/^[^:;,()]{3,40}: \S/.test(summary))).toEqual([])
})
