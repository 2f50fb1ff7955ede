import { expect, test } from 'vitest'
import { chooseLanguages, systemLanguages } from './languages.ts'

test('few languages are all read at once, the system’s first', () => {
  expect(chooseLanguages(['eng', 'fra', 'deu'], { locale: 'de-AT' })).toEqual({
    first: ['deu', 'eng', 'fra'],
    others: [],
  })
})

test('of many the system’s and English are, the others are tried where those fail', () => {
  const installed = ['ara', 'chi_sim', 'eng', 'heb', 'rus']
  expect(chooseLanguages(installed, { locale: 'he' })).toEqual({
    first: ['heb', 'eng'],
    others: ['ara', 'chi_sim', 'rus'],
  })
  expect(chooseLanguages(installed, { locale: 'zh-Hans-CN' }).first).toEqual(['chi_sim', 'eng'])
})

test('where neither is there, one is taken and the others are tried', () => {
  expect(chooseLanguages(['ara', 'heb', 'rus', 'ukr'], { locale: 'en-GB' })).toEqual({
    first: ['ara'],
    others: ['heb', 'rus', 'ukr'],
  })
})

test('what is wanted is read alone, as far as it is there', () => {
  const installed = ['ara', 'deu', 'eng', 'rus', 'ukr']
  expect(chooseLanguages(installed, { wanted: ['rus', 'jpn'] })).toEqual({ first: ['rus'], others: [] })
  expect(chooseLanguages(installed, { wanted: ['jpn'], locale: 'en' }).first[0]).toBe('eng')
})

test('languages that the user has added are always read, as far as they cost little', () => {
  const installed = ['ara', 'deu', 'eng', 'fra', 'rus', 'spa', 'ukr']
  expect(chooseLanguages(installed, { locale: 'en', added: ['fra'] })).toEqual({
    first: ['eng', 'fra'],
    others: ['ara', 'deu', 'rus', 'spa', 'ukr'],
  })
  expect(chooseLanguages(installed, { locale: 'de', added: ['fra', 'spa'] }).first).toEqual(['deu', 'eng', 'fra'])
})

test('the languages of the system are those of its locale and of LANGUAGE', () => {
  expect(systemLanguages('de-AT', '')).toEqual(['deu'])
  expect(systemLanguages('en-GB', 'pt_BR.UTF-8:uk:zh_TW:xx:C')).toEqual(['por', 'ukr', 'chi_tra', 'eng'])
})
