import { createRootRoute } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'
import type { Locale } from '../i18n/index.ts'

/** Parent of every page. `router.tsx` gives it the frame: pages must not import the frame, which lists them. */
export const root = createRootRoute()

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** Lists the page in the sidebar and in the palette. */
    readonly listed?: { readonly names: Readonly<Record<Locale, string>>; readonly icon: LucideIcon }
    /** Sends the first request of the page before the page is rendered. Gets the query of the address unread. */
    readonly askAhead?: (search: Record<string, unknown>) => void
  }
}
