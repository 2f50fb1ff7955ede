import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { Images } from 'lucide-react'
import { root } from '../../app/root.ts'
import { readAddress } from '../../app/use-address.ts'

export const timelinePage = createRoute({
  getParentRoute: () => root,
  path: '/timeline',
  validateSearch: readAddress,
  component: lazyRouteComponent(() => import('./timeline-page.tsx'), 'LibraryTimelinePage'),
  staticData: { listed: { names: { en: 'Photos and films', de: 'Fotos und Filme' }, icon: Images } },
})
