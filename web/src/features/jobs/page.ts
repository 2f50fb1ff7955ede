import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { ListChecks } from 'lucide-react'
import { root } from '../../app/root.ts'

export const jobsPage = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  component: lazyRouteComponent(() => import('./jobs-page.tsx'), 'JobsPage'),
  staticData: { listed: { names: { en: 'Jobs', de: 'Aufgaben' }, icon: ListChecks } },
})
