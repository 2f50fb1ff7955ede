import type { Page } from '@playwright/test'

/** What a page asks of a folder: the rows from `offset` on. */
export interface ListingAsked {
  readonly path: string
  readonly offset: number
}

/** Every listing that a page asks for from now on, each time. */
export function listingsAsked(page: Page): ListingAsked[] {
  const asked: ListingAsked[] = []
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const { method, params } = JSON.parse(String(payload)) as { method: string; params: ListingAsked }
      if (method === 'files.list') asked.push({ path: params.path, offset: params.offset })
    }),
  )
  return asked
}
