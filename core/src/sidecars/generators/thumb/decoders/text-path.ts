import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fsPath, type RawName } from '../../../../util/file-name.ts'

/**
 * Calls `use` with a path that is valid text, for libraries and programs that accept no other paths. If the path is
 * not valid text, `use` gets the path of a link to the file.
 */
export async function withTextPath<T>(source: RawName, use: (path: string) => Promise<T>): Promise<T> {
  if (typeof source === 'string') return use(source)
  const folder = await mkdtemp(join(tmpdir(), 'spacedrive-link-'))
  try {
    const link = join(folder, 'source')
    await symlink(fsPath(source), link)
    return await use(link)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
