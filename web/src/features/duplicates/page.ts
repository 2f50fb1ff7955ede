import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { CopyCheck } from 'lucide-react'
import { root } from '../../app/root.ts'
import { readCopiesSearch } from './copies-search.ts'

export const duplicatesPage = createRoute({
  getParentRoute: () => root,
  path: '/duplicates',
  validateSearch: readCopiesSearch,
  component: lazyRouteComponent(() => import('./duplicates-page.tsx'), 'DuplicatesPage'),
  staticData: { listed: { names: { en: 'Duplicates', de: 'Duplikate' }, icon: CopyCheck } },
})
