export { apiPageRoutes } from './api-page-routes.ts'
