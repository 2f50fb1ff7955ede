export { Library, type LibrarySettings } from './library.ts'
export { libraryFiles } from './manifest.ts'
export { LibraryManager } from './library-manager.ts'
export { OwnDisk } from './own-disk.ts'
