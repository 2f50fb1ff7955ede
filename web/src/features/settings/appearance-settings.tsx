import { type Density, type Theme, usePreferences } from '../../app/preferences.ts'
import { locales, useMessages } from '../../i18n/index.ts'
import { Select } from '../../ui/index.ts'
import { messages } from './messages.ts'
import { Row, Section } from './section.tsx'

const themes: readonly Theme[] = ['system', 'light', 'dark']
const densities: readonly Density[] = ['compact', 'comfortable']
const AUTO = 'auto'

/** How the page looks in this browser. */
export function AppearanceSettings() {
  const t = useMessages(messages)
  const { density, locale, set, theme } = usePreferences()
  return (
    <Section title={t.appearance} hint={t.thisBrowser}>
      <Row label={t.theme}>
        <Select
          aria-label={t.theme}
          value={theme}
          onChange={(value) => set({ theme: value })}
          choices={themes.map((value) => ({ value, label: t.themes[value] }))}
        />
      </Row>
      <Row label={t.language}>
        <Select
          aria-label={t.language}
          value={locale ?? AUTO}
          onChange={(value) => set({ locale: value === AUTO ? null : value })}
          choices={[
            { value: AUTO, label: t.languageOfBrowser },
            ...locales.map((value) => ({ value, label: t.languages[value] })),
          ]}
        />
      </Row>
      <Row label={t.density}>
        <Select
          aria-label={t.density}
          value={density}
          onChange={(value) => set({ density: value })}
          choices={densities.map((value) => ({ value, label: t.densities[value] }))}
        />
      </Row>
    </Section>
  )
}
