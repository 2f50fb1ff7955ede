import { createRouter, type RouterHistory } from '@tanstack/react-router'
import { BrokenPage, MissingPage } from './broken-page.tsx'
import { pages } from './pages.ts'
import { root } from './root.ts'
import { Shell } from './shell.tsx'

root.update({ component: Shell, errorComponent: BrokenPage, notFoundComponent: MissingPage })

const routeTree = root.addChildren(pages)

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
