import type { Entry } from '@spacedrive/core/domain'
import {
  AppWindow,
  Archive,
  Binary,
  BookOpen,
  Box,
  Brain,
  Calendar,
  Contact,
  Database,
  File,
  FileCode,
  FileCog,
  FileImage,
  FileLock,
  FileMusic,
  FileSpreadsheet,
  FileSymlink,
  FileText,
  FileType,
  FileVideoCamera,
  Folder,
  Globe,
  KeyRound,
  Link,
  type LucideIcon,
  Mail,
  MemoryStick,
  Package,
  Presentation,
  ScrollText,
} from 'lucide-react'
import { cn } from './cn.ts'

/** Each type has a sign of its own. */
export const icons: Readonly<Record<Entry['type'], LucideIcon>> = {
  unknown: File,
  image: FileImage,
  video: FileVideoCamera,
  audio: FileMusic,
  document: FileText,
  archive: Archive,
  code: FileCode,
  text: ScrollText,
  database: Database,
  book: BookOpen,
  font: FileType,
  mesh: Box,
  config: FileCog,
  encrypted: FileLock,
  key: KeyRound,
  executable: AppWindow,
  binary: Binary,
  spreadsheet: FileSpreadsheet,
  presentation: Presentation,
  email: Mail,
  calendar: Calendar,
  contact: Contact,
  web: Globe,
  shortcut: Link,
  package: Package,
  model: Brain,
  memory: MemoryStick,
}

interface KindIconProps {
  readonly entry: Pick<Entry, 'kind' | 'type'>
  /** Pixels; 16 by default. */
  readonly size?: number
  readonly className?: string | undefined
}

/** The sign of what something is: a folder, or a type of file. */
export function KindIcon({ entry, size = 16, className }: KindIconProps) {
  const isFolder = entry.kind === 'directory'
  const Icon = isFolder ? Folder : entry.kind === 'symlink' ? FileSymlink : icons[entry.type]
  return (
    <Icon
      size={size}
      strokeWidth={size > 24 ? 1 : 1.5}
      aria-hidden
      className={cn('shrink-0', isFolder ? 'text-accent fill-accent-soft' : 'text-muted', className)}
    />
  )
}
