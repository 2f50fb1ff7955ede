import { useRouter } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'
import { useLocale } from '../i18n/index.ts'
import type { router as browserRouter } from './router.tsx'

/** Path of a page: `/devices/$device` where a part of it varies. */
type PagePath = keyof (typeof browserRouter)['routesByPath']

export interface ListedPage {
  readonly to: PagePath
  readonly name: string
  readonly icon: LucideIcon
}

/** The pages about the library as a whole, in the order of `pages.ts`. */
export function useListedPages(): ListedPage[] {
  const { routesByPath } = useRouter()
  const locale = useLocale()
  return Object.values(routesByPath).flatMap(({ fullPath, options: { staticData } }) =>
    staticData?.listed ? [{ to: fullPath, name: staticData.listed.names[locale], icon: staticData.listed.icon }] : [],
  )
}

/** The name of a listed page, as the sidebar shows it. */
export function usePageName(path: PagePath): string {
  const { routesByPath } = useRouter()
  const locale = useLocale()
  return routesByPath[path].options.staticData?.listed?.names[locale] ?? path
}
