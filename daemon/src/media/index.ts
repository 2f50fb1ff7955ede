export { type MediaDeps, mediaRoutes } from './media-routes.ts'
