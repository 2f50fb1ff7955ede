import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { Images } from 'lucide-react'
import { root } from '../../app/root.ts'
import { readTimelineSearch } from './use-filters.ts'

export const timelinePage = createRoute({
  getParentRoute: () => root,
  path: '/timeline',
  validateSearch: readTimelineSearch,
  component: lazyRouteComponent(() => import('./timeline-page.tsx'), 'LibraryTimelinePage'),
  staticData: { listed: { names: { en: 'Photos and films', de: 'Fotos und Filme' }, icon: Images } },
})
