export { Library, type LibrarySettings } from './library.ts'
export { LibraryManager } from './library-manager.ts'
