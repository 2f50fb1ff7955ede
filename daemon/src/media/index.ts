export { type MediaDeps, mediaRoutes, type PageMedia } from './media-routes.ts'
