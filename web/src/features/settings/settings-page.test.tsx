// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../testing/page.tsx'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { aSetting, THEN } from '../../../testing/things.ts'
import { usePreferences } from '../../app/preferences.ts'

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36'
const session = (id: string, name: string, kind: 'page' | 'remote' | 'key') => ({
  id,
  kind,
  name,
  allow: kind === 'key' ? ['view' as const, 'manage' as const] : null,
  createdAt: THEN,
  usedAt: kind === 'key' ? null : THEN,
  expiresAt: THEN,
})

const doctor = {
  ok: false,
  checks: [
    { name: 'clock', state: 'ok' as const, detail: 'right', fix: null },
    { name: 'database of Photos', state: 'error' as const, detail: 'it is damaged', fix: 'spacedrive library restore' },
    { name: 'free space', state: 'warning' as const, detail: '1 GB left', fix: null },
  ],
  engines: [
    { job: 'thumbnails', name: 'sharp', version: '1.2', available: true, licence: 'Apache-2.0', how: '' },
    {
      job: 'transcripts',
      name: 'whisper',
      version: null,
      available: false,
      licence: 'MIT',
      how: 'install whisper-cpp',
    },
  ],
}

async function openSettings({ answers, locale = 'en' }: { answers?: Answers; locale?: 'en' | 'de' } = {}) {
  const page = await openPage('/settings', { answers: { 'system.doctor': () => doctor, ...answers }, locale })
  await screen.findByRole('heading', { level: 1 })
  return page
}

/** The part of the page under a heading. */
async function section(title: string): Promise<HTMLElement> {
  return (await screen.findByRole('heading', { name: title })).closest('section')!
}

test('theme, language and density are set at once, and kept for this browser', async () => {
  const { user } = await openSettings()
  await user.selectOptions(screen.getByLabelText('Theme'), 'Dark')
  expect(document.documentElement.dataset['theme']).toBe('dark')
  await user.selectOptions(screen.getByLabelText('Rows'), 'Comfortable')
  await user.selectOptions(screen.getByLabelText('Language'), 'Deutsch')
  expect(await screen.findByRole('heading', { level: 1, name: 'Einstellungen' })).toBeTruthy()
  expect(JSON.parse(localStorage.getItem('spacedrive')!)).toMatchObject({
    state: { theme: 'dark', density: 'comfortable', locale: 'de' },
  })
  await user.selectOptions(screen.getByLabelText('Sprache'), 'Wie der Browser')
  expect(usePreferences.getState().locale).toBeNull()
})

test('every setting of the engine has a control of its form, by its group', async () => {
  await openSettings({
    answers: {
      'config.get': () => [
        aSetting('log.level', 'info', { schema: { type: 'string', enum: ['info', 'debug'] } }),
        aSetting('log.files', 5),
        aSetting('watch.enabled', true),
      ],
    },
  })
  const log = await section('Log')
  expect(within(log).getByLabelText<HTMLSelectElement>('log.level').value).toBe('info')
  expect(within(log).getByLabelText<HTMLInputElement>('log.files').value).toBe('5')
  expect(log.textContent).toContain('what log.files does')
  const watching = await section('Watching folders')
  expect(within(watching).getByRole('switch', { name: 'watch.enabled' }).getAttribute('aria-checked')).toBe('true')
})

test('a switch and a choice are set at once; a text on Enter, and not at all after Escape', async () => {
  const settings = [
    aSetting('watch.enabled', true),
    aSetting('log.level', 'info', { schema: { type: 'string', enum: ['info', 'debug'] } }),
    aSetting('network.relay', ''),
  ]
  const { daemon, user } = await openSettings({
    answers: {
      'config.get': () => settings,
      'config.set': ({ key, value }) => ({ ...aSetting(key, value), restartNeeded: key === 'network.relay' }),
    },
  })
  await user.click(await screen.findByRole('switch', { name: 'watch.enabled' }))
  await user.selectOptions(screen.getByLabelText('log.level'), 'debug')
  const relay = screen.getByLabelText<HTMLInputElement>('network.relay')
  await user.type(relay, 'nonsense{Escape}')
  expect(relay.value).toBe('')
  await user.type(relay, 'relay.example{Enter}')
  await waitFor(() =>
    expect(daemon.asksOf('config.set')).toEqual([
      { key: 'watch.enabled', value: 'false' },
      { key: 'log.level', value: 'debug' },
      { key: 'network.relay', value: 'relay.example' },
    ]),
  )
  expect(await toastOf('It takes effect after a restart of the daemon')).toBeTruthy()
  expect(await toastOf('spacedrive restart')).toBeTruthy()
})

test('a setting that is refused says which and why', async () => {
  const { user } = await openSettings({
    answers: {
      'config.get': () => [aSetting('log.files', 5)],
      'config.set': () => {
        throw new Refusal('InvalidInput', 'log.files is at least 1')
      },
    },
  })
  const files = await screen.findByLabelText('log.files')
  await user.clear(files)
  await user.type(files, '0{Enter}')
  expect(await toastOf('log.files could not be set')).toBeTruthy()
  expect(await toastOf('log.files is at least 1')).toBeTruthy()
})

test('a setting that a variable has set is fixed, and says so', async () => {
  await openSettings({
    answers: {
      'config.get': () => [
        aSetting('http.port', '1', { source: 'environment', from: 'SPACEDRIVE_HTTP_PORT' }),
        aSetting('http.metrics', false, { source: 'flag' }),
      ],
    },
  })
  expect((await screen.findByLabelText('http.port')).hasAttribute('disabled')).toBe(true)
  expect(screen.getByText('Set by SPACEDRIVE_HTTP_PORT, and only there')).toBeTruthy()
  expect(screen.getByText('Set by an option of the command line, and only there')).toBeTruthy()
})

test('a setting that is changed elsewhere is changed here', async () => {
  const { daemon } = await openSettings({ answers: { 'config.get': () => [aSetting('log.files', 5)] } })
  await screen.findByLabelText('log.files')
  daemon.answer({ 'config.get': () => [aSetting('log.files', 9)] })
  daemon.emit('config.changed', { key: 'log.files' })
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('log.files').value).toBe('9'))
})

test('settings are explained in German where they are known, and engines and checks are named', async () => {
  await openSettings({
    answers: { 'config.get': () => [aSetting('log.level', 'info'), aSetting('new.thing', 'x')] },
    locale: 'de',
  })
  expect(await screen.findByText('wie viel der Dienst in sein Protokoll schreibt')).toBeTruthy()
  expect(screen.getByText('what new.thing does')).toBeTruthy()
  const problems = await section('Gefundene Probleme')
  expect(problems.textContent).toContain('Datenbank von Photos')
  expect(problems.textContent).toContain('Freier Platz')
  expect((await section('Werkzeuge')).textContent).toContain('Vorschaubilder')
})

test('what the engine works with is listed: found, or how to get it; and what is wrong', async () => {
  await openSettings()
  const engines = await section('Engines')
  expect(engines.textContent).toContain('sharp 1.2thumbnails · Apache-2.0found')
  expect(engines.textContent).toContain('transcripts · install whisper-cppnot found')
  const problems = await section('Problems found')
  expect(problems.textContent).toContain('database of Photosspacedrive library restoreit is damaged')
  expect(problems.textContent).not.toContain('clock')
})

test('who is signed in is listed by what people call it, and ended', async () => {
  const sessions = [session('1', chrome, 'page'), session('2', 'photo frame', 'key')]
  const { daemon, user } = await openSettings({
    answers: { 'sessions.list': () => sessions, 'sessions.end': ({ id }) => ({ id }) },
  })
  const list = await section('Who is signed in')
  await within(list).findByText('Chrome, Linux')
  expect(list.textContent).toContain('This machine · everything · used Mar 12, 2024')
  expect(list.textContent).toContain('API key · look and download, change locations and jobs · never used')
  daemon.answer({ 'sessions.list': () => sessions.slice(0, 1) })
  await user.click(within(list).getByRole('button', { name: 'End: photo frame' }))
  await waitFor(() => expect(daemon.asksOf('sessions.end')).toEqual([{ id: '2' }]))
  await waitFor(() => expect(within(list).queryByText('photo frame')).toBeNull())
})

test('a key for a program is made with what is ticked, shown once, and copied', async () => {
  const { daemon, user } = await openSettings({
    answers: { 'sessions.createKey': () => ({ key: 'sdk_secret', session: session('3', 'frame', 'key') }) },
  })
  const list = await section('Who is signed in')
  await user.type(within(list).getByLabelText('New API key'), 'frame')
  await user.click(within(list).getByLabelText('reach all files'))
  await user.click(within(list).getByRole('button', { name: 'Make a key' }))
  await waitFor(() =>
    expect(daemon.asksOf('sessions.createKey')).toEqual([{ name: 'frame', allow: ['view', 'disk'], days: 90 }]),
  )
  await within(list).findByText('sdk_secret')
  await user.click(within(list).getByRole('button', { name: 'Copy the key' }))
  expect(await navigator.clipboard.readText()).toBe('sdk_secret')
  expect(within(list).getByLabelText<HTMLInputElement>('New API key').value).toBe('')
})

test('what was recorded of access is listed, or that nothing was', async () => {
  const { daemon } = await openSettings()
  expect((await section('Access log')).textContent).toContain('Nothing is recorded yet.')
  expect(daemon.asksOf('sessions.log')).toEqual([{ limit: 20 }])
})

test('each record says what happened, from where, and when', async () => {
  const record = { at: THEN, what: 'signed-in' as const, from: chrome, detail: 'by a link' }
  await openSettings({ answers: { 'sessions.log': () => [record, { ...record, what: 'refused', from: '10.0.0.9' }] } })
  const log = await section('Access log')
  expect(await within(log).findByText('Signed in: Chrome, Linux')).toBeTruthy()
  expect(within(log).getByText('Refused: 10.0.0.9')).toBeTruthy()
})

test('the keys of a command are changed by pressing others, and back again', async () => {
  const { user } = await openSettings()
  const keys = await section('Keys')
  await user.click(within(keys).getByRole('button', { name: 'Find a command or a place: Ctrl+K. Change' }))
  expect(within(keys).getByText('Press keys…')).toBeTruthy()
  await user.keyboard('{Alt>}p{/Alt}')
  await within(keys).findByRole('button', { name: 'Find a command or a place: Alt+P. Change' })
  expect(usePreferences.getState().keys).toEqual({ palette: 'Alt+KeyP' })
  await user.click(within(keys).getByRole('button', { name: 'Back to the usual keys' }))
  expect(usePreferences.getState().keys).toEqual({})
})

test('keys that belong to another command are not taken from it', async () => {
  const { user } = await openSettings()
  const keys = await section('Keys')
  await user.click(within(keys).getByRole('button', { name: /^Search: / }))
  await user.keyboard('{Alt>}1{/Alt}')
  expect(await within(keys).findByText('These keys belong to: View as grid')).toBeTruthy()
  expect(usePreferences.getState().keys).toEqual({})
})
