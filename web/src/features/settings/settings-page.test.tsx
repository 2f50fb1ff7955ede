// @vitest-environment happy-dom
import { openPage, toastOf } from '../../../testing/page.tsx'
import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { aLibrary, aSetting, THEN } from '../../../testing/things.ts'
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
  expect(within(log).getByLabelText<HTMLSelectElement>(/log\.level$/).value).toBe('info')
  expect(within(log).getByLabelText<HTMLInputElement>(/log\.files$/).value).toBe('5')
  expect(log.textContent).toContain('What log.files does')
  const watching = await section('Watching folders')
  expect(
    within(watching)
      .getByRole('switch', { name: /watch\.enabled$/ })
      .getAttribute('aria-checked'),
  ).toBe('true')
})

test.each([
  { libraries: [aLibrary()], locale: 'en', said: 'of the library, travels with its folder' },
  { libraries: [aLibrary()], locale: 'de', said: 'von der Bibliothek, geht mit ihrem Ordner mit' },
  { libraries: [aLibrary({ open: false })], locale: 'en', said: 'for libraries without a value of their own' },
  { libraries: [], locale: 'de', said: 'für Bibliotheken ohne eigenen Wert' },
] as const)('each setting says what it belongs to: $said', async ({ libraries, locale, said }) => {
  await openSettings({
    answers: {
      'libraries.list': () => [...libraries],
      'config.get': () => [aSetting('sidecars.ocr', 'on', { scope: 'library' }), aSetting('log.files', 5)],
    },
    locale,
  })
  const rowOf = async (key: string) => (await screen.findByText(key)).closest('[data-setting]')!
  const device = locale === 'en' ? 'of this device' : 'von diesem Gerät'
  await waitFor(async () => expect((await rowOf('sidecars.ocr')).textContent).toContain(`sidecars.ocr · ${said}`))
  expect((await rowOf('log.files')).textContent).toContain(`log.files · ${device}`)
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
  await user.click(await screen.findByRole('switch', { name: /watch\.enabled$/ }))
  await user.selectOptions(screen.getByLabelText(/log\.level$/), 'debug')
  const relay = screen.getByLabelText<HTMLInputElement>(/network\.relay$/)
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

test('a refused value stays in its field, with the reason below it, until it is taken back', async () => {
  const { user } = await openSettings({
    answers: {
      'config.get': () => [aSetting('log.files', 5), aSetting('log.size', 9)],
      'config.set': () => {
        throw new Refusal('InvalidInput', 'log.files is at least 1')
      },
    },
  })
  const files = await screen.findByLabelText<HTMLInputElement>(/log\.files$/)
  const row = within(files.closest<HTMLElement>('[data-setting]')!)
  await user.clear(files)
  await user.type(files, '0{Enter}')
  const reason = await row.findByText(/log\.files is at least 1/)
  expect(reason.closest('p')!.textContent).toBe('Not saved: log.files is at least 1')
  expect(files.value).toBe('0')
  expect(files.getAttribute('aria-invalid')).toBe('true')
  expect(document.getElementById(files.getAttribute('aria-describedby')!)).toBe(reason.closest('p'))
  // In one place alone.
  expect(screen.getAllByText(/log\.files is at least 1/)).toHaveLength(1)
  expect(screen.getByLabelText(/log\.size$/).hasAttribute('aria-invalid')).toBe(false)
  await user.type(files, '{Escape}')
  expect(files.value).toBe('5')
  await waitFor(() => expect(screen.queryByText(/log\.files is at least 1/)).toBeNull())
  expect(files.hasAttribute('aria-invalid')).toBe(false)
})

test('a search that no setting matches says so at once, also while the engines are looked for', async () => {
  const doctorComes = Promise.withResolvers<typeof doctor>()
  const { user } = await openSettings({
    answers: { 'config.get': () => [aSetting('log.files', 5)], 'system.doctor': () => doctorComes.promise },
  })
  await section('Log')
  const box = screen.getByRole('searchbox', { name: 'Search in the settings' })
  await user.type(box, 'nonsense')
  expect(screen.getByText('No setting matches “nonsense”')).toBeTruthy()
  expect(document.querySelector('.skeleton')).toBeNull()
  await user.clear(box)
  await user.type(box, 'sharp')
  doctorComes.resolve(doctor)
  await waitFor(() => expect(document.querySelectorAll('[data-setting]')).toHaveLength(1))
  expect(screen.queryByText(/^No setting matches/)).toBeNull()
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
  expect((await screen.findByLabelText(/http\.port$/)).hasAttribute('disabled')).toBe(true)
  expect(screen.getByText('Set by SPACEDRIVE_HTTP_PORT, and only there')).toBeTruthy()
  expect(screen.getByText('Set by an option of the command line, and only there')).toBeTruthy()
})

test('a setting that is changed elsewhere is changed here', async () => {
  const { daemon } = await openSettings({ answers: { 'config.get': () => [aSetting('log.files', 5)] } })
  await screen.findByLabelText(/log\.files$/)
  daemon.answer({ 'config.get': () => [aSetting('log.files', 9)] })
  daemon.emit('config.changed', { key: 'log.files' })
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>(/log\.files$/).value).toBe('9'))
})

test('the command that adds an engine is shown as code, and one button copies it', async () => {
  const engine = { job: 'ocr', name: 'deu', version: null, available: false, licence: 'Apache-2.0' }
  const { user } = await openSettings({
    answers: {
      'system.doctor': () => ({
        ...doctor,
        engines: [{ ...doctor.engines[0]!, ...engine, how: 'run `spacedrive engine add deu` in a terminal' }],
      }),
    },
  })
  const engines = await section('Engines')
  expect(engines.textContent).toContain('run spacedrive engine add deu in a terminal')
  expect(engines.querySelector('code')?.textContent).toBe('spacedrive engine add deu')
  await user.click(within(engines).getByRole('button', { name: 'Copy spacedrive engine add deu' }))
  expect(await navigator.clipboard.readText()).toBe('spacedrive engine add deu')
  expect(await screen.findByText('Copied')).toBeTruthy()
})

test('commands are named as the user types them, also while the daemon is away', async () => {
  const { daemon } = await openSettings({
    answers: {
      'explorer.program': () => ({ program: 'npx spacedrive' }),
      'system.doctor': () => ({
        ...doctor,
        engines: [{ ...doctor.engines[1]!, how: 'run `spacedrive engine add whisper`' }],
      }),
    },
  })
  const engines = await section('Engines')
  await waitFor(() => expect(engines.textContent).toContain('run npx spacedrive engine add whisper'))
  daemon.stop()
  expect(await screen.findByText('npx spacedrive open')).toBeTruthy()
})

test('settings are explained in German where they are known, and engines and checks are named', async () => {
  await openSettings({
    answers: { 'config.get': () => [aSetting('log.level', 'info'), aSetting('new.thing', 'x')] },
    locale: 'de',
  })
  expect(await screen.findByText('Wie viel der Dienst in sein Protokoll schreibt')).toBeTruthy()
  expect(screen.getByText('What new.thing does')).toBeTruthy()
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
  expect(daemon.asksOf('sessions.log')).toContainEqual({ limit: 20 })
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
  await user.click(within(keys).getByRole('button', { name: 'Find a command, a place or a file: Ctrl+K. Change' }))
  expect(within(keys).getByText('Press keys…')).toBeTruthy()
  await user.keyboard('{Alt>}p{/Alt}')
  await within(keys).findByRole('button', { name: 'Find a command, a place or a file: Alt+P. Change' })
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

test('settings are found by words, by their keys and by the name of their group', async () => {
  const { user } = await openSettings({
    answers: {
      'config.get': () => [
        aSetting('log.files', 5, { summary: 'old logs to keep: in files' }),
        aSetting('log.level', 'info', { summary: 'amount of detail in the log' }),
        aSetting('http.port', '1', { summary: 'port of the explorer' }),
      ],
    },
  })
  await section('Log')
  const shown = () =>
    [...document.querySelectorAll('[data-setting]')].map((each) => each.querySelector('.font-medium')!.textContent)
  expect(shown()).toEqual(expect.arrayContaining(['Theme', 'Old logs to keep', 'Port of the explorer']))
  const box = screen.getByRole('searchbox', { name: 'Search in the settings' })
  await user.type(box, 'OLD LOGS')
  expect(shown()).toEqual(['Old logs to keep'])
  await user.clear(box)
  await user.type(box, 'http.p')
  expect(shown()).toEqual(['Port of the explorer'])
  await user.clear(box)
  await user.type(box, 'appear')
  expect(shown()).toContain('Theme')
  expect(shown()).not.toContain('Old logs to keep')
})

test('a setting is named in words, with its key beside', async () => {
  await openSettings({
    answers: { 'config.get': () => [aSetting('log.files', 5, { summary: 'old logs to keep: in files' })] },
  })
  const row = (await screen.findByText('Old logs to keep')).closest('[data-setting]')!
  expect(row.textContent).toContain('In files')
  expect(row.querySelector('code')!.textContent).toBe('log.files')
  expect(within(row as HTMLElement).getByRole('textbox', { name: 'Old logs to keep, log.files' })).toBeTruthy()
})
