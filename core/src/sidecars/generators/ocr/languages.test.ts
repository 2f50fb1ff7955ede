import { expect, test } from 'vitest'
import { chooseLanguages } from './languages.ts'

test('few languages are all read at once, the system’s first', () => {
  expect(chooseLanguages(['eng', 'fra', 'deu'], 'de-AT')).toEqual({ first: ['deu', 'eng', 'fra'], others: [] })
})

test('of many the system’s and English are, the others are tried where those fail', () => {
  const installed = ['ara', 'chi_sim', 'eng', 'heb', 'rus']
  expect(chooseLanguages(installed, 'he')).toEqual({ first: ['heb', 'eng'], others: ['ara', 'chi_sim', 'rus'] })
  expect(chooseLanguages(installed, 'zh-Hans-CN').first).toEqual(['chi_sim', 'eng'])
})

test('where neither is there, one is taken and the others are tried', () => {
  expect(chooseLanguages(['ara', 'heb', 'rus', 'ukr'], 'en-GB')).toEqual({
    first: ['ara'],
    others: ['heb', 'rus', 'ukr'],
  })
})
