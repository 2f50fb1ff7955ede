export { Sidebar, SidebarButton } from './sidebar.tsx'
