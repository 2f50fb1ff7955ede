import { z } from 'zod'
import { Library, LibraryInfo } from '../domain/library.ts'
import { defineAction, defineQuery } from './define.ts'

const reference = z.string().describe('name or id of the library')

export const createLibrary = defineAction({
  name: 'libraries.create',
  scope: 'core',
  summary: 'Create a library and switch to it',
  input: z.object({
    name: z.string().min(1).describe('name of the library'),
    path: z.string().optional().describe('folder for the new library; the data folder by default'),
  }),
  output: Library,
  errors: ['AlreadyExists', 'PermissionDenied'],
  cli: {
    words: ['library', 'create'],
    positional: ['name'],
    paths: ['path'],
    next: 'location add <folder>',
    examples: ['library create Photos', 'library create Work --path /mnt/disk'],
  },
  run: (input, { core }) => core.libraries.create(input),
})

export const listLibraries = defineQuery({
  name: 'libraries.list',
  scope: 'core',
  staleBy: ['libraries'],
  access: 'view',
  summary: 'List the libraries',
  input: z.object({}),
  output: z.array(Library),
  cli: { words: ['library', 'list'], examples: ['library list', 'library list --json'] },
  run: async (_input, { core }) => core.libraries.list(),
})

export const openLibrary = defineAction({
  name: 'libraries.open',
  scope: 'core',
  summary: 'Open a library folder and switch to it',
  input: z.object({
    path: z.string().describe('the .sdlibrary folder'),
    readOnly: z.boolean().default(false).describe('open the library without changing it'),
  }),
  output: Library,
  errors: ['NotFound', 'Locked', 'VersionMismatch', 'Corrupt'],
  cli: {
    words: ['library', 'open'],
    positional: ['path'],
    paths: ['path'],
    next: 'library info',
    examples: ['library open ~/Photos.sdlibrary', 'library open /mnt/disk/Old.sdlibrary --read-only'],
  },
  run: (input, { core }) => core.libraries.open(input),
})

export const switchLibrary = defineAction({
  name: 'libraries.switch',
  scope: 'core',
  access: 'manage',
  summary: 'Make a library the current one',
  input: z.object({ library: reference }),
  output: Library,
  errors: ['NotFound', 'Conflict'],
  cli: {
    words: ['library', 'switch'],
    positional: ['library'],
    next: 'library info',
    examples: ['library switch Photos'],
  },
  run: (input, { core }) => core.libraries.switchTo(input.library),
})

export const currentLibrary = defineQuery({
  name: 'libraries.current',
  scope: 'core',
  staleBy: ['libraries'],
  access: 'view',
  summary: 'Show the current library',
  input: z.object({}),
  output: Library.nullable(),
  cli: { words: ['library', 'current'] },
  run: async (_input, { core }) => core.libraries.currentInfo(),
})

export const libraryInfo = defineQuery({
  name: 'libraries.info',
  scope: 'library',
  staleBy: ['totals', 'libraries'],
  access: 'view',
  summary: 'Show the library: number of files, sizes, duplicates',
  input: z.object({}),
  output: LibraryInfo,
  cli: { words: ['library', 'info'], examples: ['library info', 'library info --library Photos --json'] },
  run: (_input, { core, library }) => core.libraries.info(library),
})

export const closeLibrary = defineAction({
  name: 'libraries.close',
  scope: 'core',
  summary: 'Close a library; its jobs pause until it is opened again',
  input: z.object({ library: reference.optional() }),
  output: Library,
  errors: ['NotFound'],
  cli: { words: ['library', 'close'], positional: ['library'] },
  run: (input, { core }) => core.libraries.close(input.library),
})

export const renameLibrary = defineAction({
  name: 'libraries.rename',
  scope: 'library',
  summary: 'Rename a library; its folder keeps its name',
  input: z.object({ name: z.string().min(1).describe('the new name') }),
  output: Library,
  cli: {
    words: ['library', 'rename'],
    positional: ['name'],
    examples: ['library rename Archive', 'library rename Archive --library Photos'],
  },
  run: (input, { core, library }) => core.libraries.rename(library, input.name),
})

/** The user's own files that exist only in the library; null if they cannot be counted. */
const MovedIn = z.object({ files: z.number(), bytes: z.number() }).nullable()

export const previewDeleteLibrary = defineQuery({
  name: 'libraries.previewDelete',
  scope: 'core',
  staleBy: [],
  summary: 'Show what deleting a library would remove: its index, and files that were moved into it',
  input: z.object({ library: reference }),
  output: z.object({ libraryId: z.string(), name: z.string(), path: z.string(), movedIn: MovedIn }),
  errors: ['NotFound'],
  run: async (input, { core }) => core.libraries.previewDelete(input.library),
})

export const deleteLibrary = defineAction({
  name: 'libraries.delete',
  scope: 'core',
  summary: 'Remove a library: its folder moves to the trash, the indexed files stay in place',
  input: z.object({
    library: reference,
    keepFiles: z
      .boolean()
      .default(false)
      .describe('remove the library from the list only; the .sdlibrary folder stays in place'),
  }),
  output: z.object({
    libraryId: z.string(),
    /** The current path of the folder. */
    path: z.string(),
    trashed: z.boolean(),
    movedIn: MovedIn,
  }),
  errors: ['NotFound'],
  cli: {
    words: ['library', 'delete'],
    positional: ['library'],
    confirmWith: {
      keepFiles:
        'The library is removed from the list; its folder stays in place. The files it indexed are not touched.',
    },
    examples: ['library delete Photos', 'library delete Photos --keep-files'],
    confirm: 'The library folder moves to the trash. The files it indexed are not touched.',
  },
  run: (input, { core }) => core.libraries.delete(input),
})

export const backupLibrary = defineAction({
  name: 'libraries.backup',
  scope: 'library',
  summary: 'Write a verified backup of the library database, also while it is in use',
  input: z.object({ to: z.string().optional().describe('folder for the backup; inside the library by default') }),
  output: z.object({ path: z.string(), bytes: z.number(), verified: z.boolean() }),
  errors: ['DiskFull', 'PermissionDenied'],
  cli: { words: ['library', 'backup'], paths: ['to'], examples: ['library backup', 'library backup --to /mnt/disk'] },
  run: (input, { core, library, signal }) => core.libraries.backup(library, input, signal),
})

export const checkLibrary = defineAction({
  name: 'libraries.check',
  scope: 'library',
  summary: 'Check the integrity of the database, its references, and the paths and sums of folders',
  input: z.object({
    fix: z.boolean().default(false).describe('repair the index first: references, paths and sums'),
  }),
  output: z.object({
    ok: z.boolean(),
    /** Number of rows that `fix` repaired. */
    fixed: z.number(),
    problems: z.array(z.object({ check: z.string(), detail: z.string() })),
    tookMs: z.number(),
    /** The newest backup that passes the same checks. Set if the database does not pass them. */
    goodBackup: z.string().nullable(),
  }),
  cli: {
    words: ['library', 'check'],
    exit: { failedUnless: 'ok' },
    examples: ['library check', 'library check --fix'],
  },
  run: (input, { core, library, signal }) => core.libraries.check(library, signal, input),
})

export const optimizeLibrary = defineAction({
  name: 'libraries.optimize',
  scope: 'library',
  summary: 'Shrink the database and refresh its statistics',
  input: z.object({}),
  output: z.object({ bytesBefore: z.number(), bytesAfter: z.number(), tookMs: z.number() }),
  errors: ['DiskFull'],
  cli: { words: ['library', 'optimize'] },
  run: (_input, { core, library, signal }) => core.libraries.optimize(library, signal),
})

export const restoreLibrary = defineAction({
  name: 'libraries.restore',
  scope: 'core',
  summary: 'Replace a damaged database with a backup; the damaged database is kept beside it',
  input: z.object({
    path: z.string().describe('the .sdlibrary folder'),
    backup: z.string().optional().describe('the backup; the newest valid one by default'),
    of: z.string().optional().describe('name or id of the library in the backup, if it is another library'),
  }),
  output: z.object({ restored: z.string(), setAside: z.string().nullable() }),
  errors: ['NotFound', 'Locked', 'Conflict'],
  cli: {
    words: ['library', 'restore'],
    positional: ['path'],
    paths: ['path', 'backup'],
    examples: ['library restore ~/Photos.sdlibrary', 'library restore ~/Photos.sdlibrary --backup ~/photos.db'],
    confirm: 'Replaces the database of the library with the backup. A rescan finds the changes since the backup.',
  },
  run: (input, { core, signal }) => core.libraries.restore(input, signal),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [
  createLibrary,
  listLibraries,
  openLibrary,
  switchLibrary,
  currentLibrary,
  libraryInfo,
  closeLibrary,
  renameLibrary,
  previewDeleteLibrary,
  deleteLibrary,
  backupLibrary,
  restoreLibrary,
  checkLibrary,
  optimizeLibrary,
] as const
