export { defineMessages, type Locale, locales, useLocale, useMessages } from './messages.ts'
export { plural } from './plural.ts'
