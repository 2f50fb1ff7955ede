import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { type BrowseSearch, readBrowseSearch } from './browse-search.ts'
import { BrokenPage, MissingPage } from './broken-page.tsx'
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
  validateSearch: (search: Record<string, unknown>): BrowseSearch => readBrowseSearch(search),
  component: lazyRouteComponent(() => import('../features/browse/index.ts'), 'BrowsePage'),
})

export const router = createRouter({
  routeTree: root.addChildren([home, browse]),
  defaultPreload: 'intent',
  // The views restore their own scrolling: they are virtual lists.
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
