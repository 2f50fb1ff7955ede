export { FolderPicker } from './folder-picker.tsx'
export { LocationsPage } from './locations-page.tsx'
