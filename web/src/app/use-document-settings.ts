import { useEffect } from 'react'
import { useLocale } from '../i18n/index.ts'
import { usePreferences } from './preferences.ts'

/** Puts language and theme on the document. */
export function useDocumentSettings(): void {
  const locale = useLocale()
  const theme = usePreferences((preferences) => preferences.theme)
  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme
  }, [theme])
}
