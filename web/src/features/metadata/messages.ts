import { defineMessages } from '../../i18n/index.ts'

export const messages = defineMessages({
  en: { copy: (what: string) => `Copy: ${what}`, copied: 'Copied' },
  de: { copy: (what) => `Kopieren: ${what}`, copied: 'Kopiert' },
})
