// Before every module of the page.
// oxlint-disable-next-line import/no-unassigned-import
import './browser.ts'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { createMemoryHistory } from '@tanstack/react-router'
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, configure, render, screen } from '@testing-library/react'
import { PointerEventsCheckLevel, userEvent } from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { afterEach, beforeEach } from 'vitest'
import { PATIENCE_MS, until } from '../../core/testing/until.ts'
import { connection, queryClient } from '../src/api/index.ts'
import { App } from '../src/app/app.tsx'
import { CommandKeys } from '../src/app/command-keys.tsx'
import { usePreferences } from '../src/app/preferences.ts'
import { makeRouter, type router as browserRouter } from '../src/app/router.tsx'
import { useRecentSearches } from '../src/features/search/recent-searches.ts'
import type { Locale } from '../src/i18n/index.ts'
import { Toasts } from '../src/ui/index.ts'
import { type Answers, FakeDaemon } from './fake-daemon.ts'
import { quietDaemon } from './quiet-daemon.ts'

// What a busy machine needs; nothing here waits for a fixed time. Whether something is hidden takes most of the time to
// find out, and there are no styles here that would hide it.
configure({ asyncUtilTimeout: PATIENCE_MS, defaultHidden: true })

const usual = usePreferences.getInitialState()
const noSearches = useRecentSearches.getInitialState()

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  usePreferences.setState({ ...usual, locale: 'en', view: 'list' }, true)
  useRecentSearches.setState(noSearches, true)
})
afterEach(async () => {
  cleanup()
  // What a page still sends when it is left belongs to this test, and not to the next.
  await new Promise((resolve) => setTimeout(resolve))
  queryClient.clear()
})

/** Of the page that was opened last. */
let router: typeof browserRouter

interface PageOptions {
  /** What the daemon answers besides that it has nothing. */
  readonly answers?: Answers
  readonly locale?: Locale
}

export interface TestPage {
  readonly daemon: FakeDaemon
  readonly user: ReturnType<typeof userEvent.setup>
  /** Path and query as the address bar has them. */
  readonly address: () => string
  /** What the query of the address says. */
  readonly search: () => Readonly<Record<string, unknown>>
}

/** The whole explorer at an address, as a browser on the machine of the daemon shows it. */
export async function openPage(to: string, options: PageOptions = {}): Promise<TestPage> {
  const page = await prepare(options)
  router = makeRouter(createMemoryHistory({ initialEntries: [to] }))
  render(<App router={router} />)
  return page
}

/** A component by itself, with what every page gives it except an address. */
export async function show(element: ReactNode, options: PageOptions = {}): Promise<TestPage> {
  const page = await prepare(options)
  render(
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Tooltip.Provider>
          <CommandKeys>{element}</CommandKeys>
          <Toasts />
        </Tooltip.Provider>
      </QueryClientProvider>
    </CSPProvider>,
  )
  return page
}

async function prepare({ answers, locale = 'en' }: PageOptions): Promise<TestPage> {
  const daemon = new FakeDaemon({ ...quietDaemon, ...answers })
  await until(() => connection.state.name === 'open')
  if (locale !== 'en') usePreferences.setState({ locale })
  return {
    daemon,
    user: userEvent.setup({ delay: null, pointerEventsCheck: PointerEventsCheckLevel.Never }),
    address: () => router.latestLocation.href,
    search: () => router.latestLocation.search,
  }
}

/** What was said in passing, once it is there; errors are said to readers a second time. */
export async function toastOf(text: string | RegExp): Promise<HTMLElement> {
  const [said] = await screen.findAllByText(text)
  return said!
}
