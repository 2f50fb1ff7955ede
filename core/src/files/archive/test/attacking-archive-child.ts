import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { attack, type Target } from '../../../../testing/attack.ts'
import type { NativeTarget } from '../../../../testing/native-attack.ts'
import { fsPath } from '../../../util/file-name.ts'
import { serveProcess } from '../../../workers/serve-process.ts'
import type { ArchivePage, ArchiveRequest } from '../archive-child.ts'

/** The contents of an archive for this process. */
export interface AttackingArchive {
  readonly target: Target
  readonly native: NativeTarget
}

/**
 * Simulates a process that the archive has taken over: it tries every attack. Each member of the listing is one attack,
 * with its result.
 */
serveProcess<ArchiveRequest, ArchivePage>(async ({ path }) => {
  const { native, target } = JSON.parse(readFileSync(fsPath(path), 'utf8')) as AttackingArchive
  const results = { ...(await attack(target)), ...(isBuiltin('node:ffi') && (await attempts(native))) }
  const members = Object.entries(results).map(([name, result]) => ({
    path: `${name}: ${result}`,
    kind: 'file' as const,
    size: null,
    compressedSize: null,
    modifiedMs: null,
    encrypted: false,
  }))
  return { format: 'attack', members, truncated: false, total: members.length }
})

async function attempts(target: NativeTarget): Promise<Readonly<Record<string, string>>> {
  const { nativeAttack } = await import('../../../../testing/native-attack.ts')
  return nativeAttack(target).attempts
}
