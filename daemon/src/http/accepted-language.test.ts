import { expect, test } from 'vitest'
import { acceptedLanguage } from './accepted-language.ts'

test('a browser gets the language it wants most, of those there are', () => {
  expect(acceptedLanguage(undefined)).toBe('en')
  expect(acceptedLanguage('de-AT,de;q=0.9,en;q=0.8')).toBe('de')
  expect(acceptedLanguage('fr, de;q=0.7, en;q=0.3')).toBe('de')
  expect(acceptedLanguage('en-GB,de;q=0.9')).toBe('en')
  expect(acceptedLanguage('de;q=0, fr')).toBe('en')
  expect(acceptedLanguage('de;q=x')).toBe('en')
})
