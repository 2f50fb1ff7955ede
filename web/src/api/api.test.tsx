// @vitest-environment happy-dom
import { openPage, show } from '../../testing/page.tsx'
import { act, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { until } from '../../../core/testing/until.ts'
import { FakeDaemon, Refusal } from '../../testing/fake-daemon.ts'
import { aDevice, aFile, aLocation, aNetworkStatus, contentId, libraryId, locationId } from '../../testing/things.ts'
import {
  askAgain,
  connection,
  useAction,
  useCalmOperation,
  useConnection,
  useOperation,
  useThumbNews,
} from './index.ts'

function Devices() {
  const { data, error } = useOperation('network.devices', {})
  if (error) return <p>{error.message}</p>
  return <p>{data ? data.map(({ name }) => name).join(', ') || 'none' : 'waiting'}</p>
}

test('an answer is asked for once, whoever shows it', async () => {
  const { daemon } = await show(
    <>
      <Devices />
      <Devices />
    </>,
    { answers: { 'network.devices': () => [aDevice('bob')] } },
  )
  expect(await screen.findAllByText('bob')).toHaveLength(2)
  expect(daemon.asksOf('network.devices')).toHaveLength(1)
})

test('an event has the answers asked for again that it is about, and no others', async () => {
  function Both() {
    const { data } = useOperation('locations.list', {})
    return (
      <>
        <Devices />
        <p>{data?.length} locations</p>
      </>
    )
  }
  const { daemon } = await show(<Both />, { answers: { 'network.devices': () => [aDevice('bob')] } })
  await screen.findByText('bob')
  await screen.findByText('0 locations')
  daemon.answer({ 'network.devices': () => [aDevice('bob'), aDevice('carol')] })
  daemon.emit('device.updated', aDevice('carol'))
  expect(await screen.findByText('bob, carol')).toBeTruthy()
  expect(daemon.asksOf('locations.list')).toHaveLength(1)
})

test('a burst of events asks once', async () => {
  const { daemon } = await show(<Devices />)
  await screen.findByText('none')
  for (let i = 0; i < 40; i++) daemon.emit('device.updated', aDevice('bob'))
  await until(() => daemon.asksOf('network.devices').length > 1)
  daemon.answer({ 'network.devices': () => [aDevice('last')] })
  daemon.emit('device.updated', aDevice('bob'))
  await screen.findByText('last')
  expect(daemon.asksOf('network.devices').length).toBeLessThanOrEqual(4)
})

test('an answer that no event is about is asked for again by hand', async () => {
  const { daemon } = await show(<Devices />)
  await screen.findByText('none')
  daemon.answer({ 'network.devices': () => [aDevice('bob')] })
  act(() => askAgain('network.devices'))
  expect(await screen.findByText('bob')).toBeTruthy()
})

test('an error of the daemon is that of the answer', async () => {
  await show(<Devices />, {
    answers: {
      'network.devices': () => {
        throw new Refusal('Unavailable', 'networking is off')
      },
    },
  })
  expect(await screen.findByText('networking is off')).toBeTruthy()
})

test('an answer that is not of the contract fails, so that no test passes with one', async () => {
  await show(<Devices />, { answers: { 'network.devices': () => [{ name: 'bob' } as never] } })
  expect((await screen.findByText(/invalid/i)).textContent).toContain('latencyMs')
})

function State() {
  const state = useConnection()
  const start = useAction('network.start')
  return (
    <>
      <p>{state.name}</p>
      <Devices />
      <button type="button" onClick={() => start.mutate({})}>
        Start
      </button>
      <p>{start.error?.message ?? start.status}</p>
    </>
  )
}

test('while the daemon is away questions wait and actions fail; then questions are answered, and actions are not done', async () => {
  const { daemon, user } = await show(<State />, { answers: { 'network.start': () => aNetworkStatus() } })
  await screen.findByText('open')
  await screen.findByText('none')
  act(() => daemon.stop())
  await screen.findByText('lost')
  await user.click(screen.getByRole('button', { name: 'Start' }))
  expect(await screen.findByText('the daemon cannot be reached')).toBeTruthy()
  daemon.answer({ 'network.devices': () => [aDevice('bob')] })
  act(() => askAgain('network.devices'))
  daemon.comeBack()
  act(() => connection.retryNow())
  expect(await screen.findByText('bob')).toBeTruthy()
  expect(await screen.findByText('open')).toBeTruthy()
  expect(daemon.asksOf('network.start')).toEqual([])
})

test('an action that the daemon refuses says why', async () => {
  const { user } = await show(<State />, {
    answers: {
      'network.start': () => {
        throw new Refusal('Unavailable', 'the port is taken')
      },
    },
  })
  await user.click(await screen.findByRole('button', { name: 'Start' }))
  expect(await screen.findByText('the port is taken')).toBeTruthy()
})

test('another daemon in the place of the first has everything asked for again', async () => {
  const { daemon } = await show(<Devices />)
  await screen.findByText('none')
  act(() => daemon.stop())
  await until(() => connection.state.name === 'lost')
  const next = new FakeDaemon({ 'network.devices': () => [aDevice('bob')] }, { pid: 8 })
  act(() => connection.retryNow())
  expect(await screen.findByText('bob')).toBeTruthy()
  expect(next.asksOf('network.devices')).toHaveLength(1)
})

function Statistics({ everyMs }: { everyMs: number }) {
  const { data } = useCalmOperation('libraries.list', {}, { everyMs })
  return <p>{data ? `${data.length} libraries` : 'counting'}</p>
}

test('a calm answer stays while it is asked for again, once after many changes', async () => {
  const { daemon } = await show(<Statistics everyMs={50} />)
  await screen.findByText('1 libraries')
  daemon.answer({ 'libraries.list': () => [] })
  const library = { id: libraryId(1), name: 'Home', path: '/x', open: true, current: true, error: null }
  for (let i = 0; i < 10; i++) daemon.emit('library.updated', library)
  expect(screen.getByText('1 libraries')).toBeTruthy()
  expect(await screen.findByText('0 libraries')).toBeTruthy()
  expect(daemon.asksOf('libraries.list').length).toBeLessThanOrEqual(3)
})

test('a calm answer is left alone by what it does not tell of', async () => {
  const { daemon } = await show(
    <>
      <Statistics everyMs={10} />
      <Devices />
    </>,
  )
  await screen.findByText('1 libraries')
  await screen.findByText('none')
  daemon.answer({ 'network.devices': () => [aDevice('bob')] })
  daemon.emit('device.updated', aDevice('bob'))
  await screen.findByText('bob')
  expect(daemon.asksOf('libraries.list')).toHaveLength(1)
})

const shownFiles = [
  { items: [aFile('/a.jpg', { contentId: contentId(1) }), aFile('/b.jpg', { contentId: contentId(2) })] },
]
const made = { kind: 'thumb' as const, state: 'ready' as const, contentIds: [], more: false }

function News({ onNews }: { onNews: (ids: readonly string[]) => void }) {
  useThumbNews(shownFiles, onNews)
  return null
}

test('news of thumbnails is told of what is shown, together', async () => {
  const news: (readonly string[])[] = []
  const { daemon } = await show(<News onNews={(ids) => news.push(ids)} />)
  daemon.emit('sidecars.changed', { ...made, contentIds: [contentId(9)] })
  daemon.emit('sidecars.changed', { ...made, kind: 'ocr', contentIds: [contentId(1)] })
  daemon.emit('sidecars.changed', { ...made, contentIds: [contentId(1)] })
  daemon.emit('sidecars.changed', { ...made, contentIds: [contentId(2), contentId(9)] })
  await until(() => news.length > 0)
  expect(news).toEqual([[contentId(1), contentId(2)]])
})

test('more thumbnails than an event names may be any that are shown', async () => {
  const news: (readonly string[])[] = []
  const { daemon } = await show(<News onNews={(ids) => news.push(ids)} />)
  daemon.emit('sidecars.changed', { ...made, more: true })
  await until(() => news.length > 0)
  expect(news).toEqual([[contentId(1), contentId(2)]])
})

test('the page goes on through a restart of the daemon: places, jobs and answers', async () => {
  const { daemon } = await openPage('/jobs', {
    answers: { 'locations.list': () => [aLocation('/p', { name: 'Papers' })] },
  })
  await screen.findByText('No job has run yet')
  act(() => daemon.stop())
  expect(await screen.findByText(/The daemon is not running/)).toBeTruthy()
  daemon.answer({
    'locations.list': () => [aLocation('/p', { name: 'Papers' }), aLocation('/q', { id: locationId(2) })],
  })
  daemon.comeBack()
  act(() => connection.retryNow())
  await waitFor(() => expect(screen.queryByText(/The daemon is not running/)).toBeNull())
})
