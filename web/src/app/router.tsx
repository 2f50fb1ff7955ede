import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from '@tanstack/react-router'
import { BrowseRoute } from './browse-route.tsx'
import { type BrowseSearch, readBrowseSearch, readTimelineSearch, type TimelineSearch } from './browse-search.ts'
import { type CopiesSearch, readCopiesSearch } from './copies-search.ts'
import { BrokenPage, MissingPage } from './broken-page.tsx'
import { type DeviceSearch, type DevicesSearch, readDeviceSearch, readDevicesSearch } from './devices-search.ts'
import { readSearchSearch, type SearchSearch } from './search-search.ts'
import { Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, errorComponent: BrokenPage, notFoundComponent: MissingPage })

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../features/first-run/index.ts'), 'HomePage'),
})

const browse = createRoute({
  getParentRoute: () => root,
  path: '/browse',
  validateSearch: (params: Record<string, unknown>): BrowseSearch => readBrowseSearch(params),
  component: BrowseRoute,
})

const search = createRoute({
  getParentRoute: () => root,
  path: '/search',
  validateSearch: (params: Record<string, unknown>): SearchSearch => readSearchSearch(params),
  component: lazyRouteComponent(() => import('../features/search/index.ts'), 'SearchPage'),
})

const duplicates = createRoute({
  getParentRoute: () => root,
  path: '/duplicates',
  validateSearch: (params: Record<string, unknown>): CopiesSearch => readCopiesSearch(params),
  component: lazyRouteComponent(() => import('../features/duplicates/index.ts'), 'DuplicatesPage'),
})

const timeline = createRoute({
  getParentRoute: () => root,
  path: '/timeline',
  validateSearch: (params: Record<string, unknown>): TimelineSearch => readTimelineSearch(params),
  component: lazyRouteComponent(() => import('../features/timeline/index.ts'), 'LibraryTimelinePage'),
})

const statistics = createRoute({
  getParentRoute: () => root,
  path: '/statistics',
  component: lazyRouteComponent(() => import('../features/statistics/index.ts'), 'StatisticsPage'),
})

const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  component: lazyRouteComponent(() => import('../features/jobs/index.ts'), 'JobsPage'),
})

const locations = createRoute({
  getParentRoute: () => root,
  path: '/locations',
  component: lazyRouteComponent(() => import('../features/locations/index.ts'), 'LocationsPage'),
})

const devices = createRoute({
  getParentRoute: () => root,
  path: '/devices',
  validateSearch: (params: Record<string, unknown>): DevicesSearch => readDevicesSearch(params),
  component: lazyRouteComponent(() => import('../features/devices/index.ts'), 'DevicesPage'),
})

const device = createRoute({
  getParentRoute: () => root,
  path: '/devices/$device',
  validateSearch: (params: Record<string, unknown>): DeviceSearch => readDeviceSearch(params),
  component: lazyRouteComponent(() => import('../features/devices/index.ts'), 'DevicePage'),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/index.ts'), 'SettingsPage'),
})

const routeTree = root.addChildren([
  home,
  jobs,
  locations,
  settings,
  browse,
  timeline,
  statistics,
  search,
  duplicates,
  devices,
  device,
])

/** Leads from addresses to pages; `history` is that of the browser, unless a test has its own. */
export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history && { history }),
    defaultPreload: 'intent',
    // The views restore their own scrolling: they are virtual lists.
    scrollRestoration: false,
  })
}

export const router = makeRouter()

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
