import { readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LibraryId, PeerKey } from '../../domain/index.ts'
import { CoreError, errorMessage, systemCode } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { pathError } from '../../util/path-error.ts'
import { writeFileAtomically } from '../../util/write-file.ts'
import { MemberList } from './member-list.ts'
import { isGenuine, MAX_STATEMENTS, Statement } from './statement.ts'

const FILE_VERSION = 1
const File = z.object({
  version: z.literal(FILE_VERSION),
  library: LibraryId,
  root: PeerKey,
  statements: z.array(Statement).max(MAX_STATEMENTS),
})
const NewerFile = z.object({ version: z.number().gt(FILE_VERSION) })

/** The list of members in a library's folder: `members.json`. */
export function membersFile(path: string): string {
  return join(path, 'members.json')
}

/**
 * Reads the list; null if there is none, because the library is not shared. A damaged list, or one with a statement
 * that is not genuine, is set aside. Throws `VersionMismatch` for a newer list, and errors of reading the file.
 */
export function readMembers(
  { id, path, readOnly }: { id: LibraryId; path: string; readOnly: boolean },
  { log, now }: { log: Logger; now: () => number },
): MemberList | null {
  const file = membersFile(path)
  const json = parse(read(file))
  if (json === null) return null
  if (NewerFile.safeParse(json).success)
    throw new CoreError('VersionMismatch', `${file} was written by a newer version of Spacedrive; update Spacedrive`)
  const parsed = File.safeParse(json)
  if (parsed.success && parsed.data.library === id && parsed.data.statements.every(isGenuine))
    return new MemberList(parsed.data)
  const aside = `${file}.broken-${now()}`
  log.error({ file, aside }, 'the list of members of a library was damaged and moved aside; join the library again')
  if (!readOnly) renameSync(file, aside)
  return null
}

export async function writeMembers(path: string, { library, root, statements }: MemberList): Promise<void> {
  const file = membersFile(path)
  const text = JSON.stringify({ version: FILE_VERSION, library, root, statements })
  await writeFileAtomically(file, `${text}\n`).catch((err: unknown) => {
    throw pathError(err, file)
  })
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return null
    throw pathError(err, file)
  }
}

/** Text that is not JSON is treated like any other damaged list. */
function parse(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text) ?? {}
  } catch (err) {
    return { damaged: errorMessage(err) }
  }
}
