export { type Located, locate, type LocateDeps } from './locate.ts'
