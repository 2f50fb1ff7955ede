export { pageRoutes } from './page-routes.ts'
export { WebPage } from './web-page.ts'
