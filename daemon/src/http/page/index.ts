export { pageRoutes } from './page-routes.ts'
export { plainPage, plainPagePolicy } from './plain-page.ts'
export { WebPage } from './web-page.ts'
