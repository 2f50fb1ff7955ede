import { router } from './router.tsx'

/** Sends the first request of the page at the address: the daemon answers while the page is rendered. */
export function askAhead(): void {
  const { pathname, search } = router.latestLocation
  const [, , page] = router.getMatchedRoutes(pathname)
  page?.options.staticData?.askAhead?.(search)
}
