import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { root } from '../../app/root.ts'
import { readSearchSearch } from './search-search.ts'

export const searchPage = createRoute({
  getParentRoute: () => root,
  path: '/search',
  validateSearch: readSearchSearch,
  component: lazyRouteComponent(() => import('./search-page.tsx'), 'SearchPage'),
  staticData: { listed: { names: { en: 'Search', de: 'Suche' }, icon: Search } },
})
