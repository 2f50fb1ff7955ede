import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { FolderTree } from 'lucide-react'
import { root } from '../../app/root.ts'

export const locationsPage = createRoute({
  getParentRoute: () => root,
  path: '/locations',
  component: lazyRouteComponent(() => import('./locations-page.tsx'), 'LocationsPage'),
  staticData: { listed: { names: { en: 'Locations', de: 'Orte' }, icon: FolderTree } },
})
