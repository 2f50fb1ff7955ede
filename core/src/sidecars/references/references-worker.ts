import { lstat, open } from 'node:fs/promises'
import { errorMessage, systemReason } from '../../util/errors.ts'
import { fsPath } from '../../util/file-name.ts'
import { type Capture, readCapture } from '../../content/media/capture/read-capture.ts'
import { serveRequests } from '../../workers/serve-requests.ts'
import { openDatabase } from '../../db/sqlite.ts'
import type { Finding, ReadTarget, ReferenceReply, ReferenceRequest } from './messages.ts'
import { planReferences } from './plan-references.ts'
import { MAX_XMP_BYTES, readXmp } from './read-xmp.ts'

// Reading and comparing many files takes long, so a separate thread does it.
serveRequests<ReferenceRequest, ReferenceReply>(async (request, { stopped }) => {
  switch (request.task) {
    case 'plan': {
      const db = openDatabase(request.file, { readOnly: true })
      try {
        return { reply: { task: 'plan', plan: planReferences(db, request.places, new Set(request.skip)) } }
      } finally {
        db.close()
      }
    }
    case 'read': {
      const findings: (Finding | null)[] = []
      for (const target of request.targets) findings.push(stopped() ? null : await read(target))
      return { reply: { task: 'read', findings } }
    }
  }
})

const UNKNOWN: Capture = { identifier: null, atMs: null, clockMs: null, durationMs: null }

/** Null if the file is missing or has changed; then the index will be updated. */
async function read(target: ReadTarget): Promise<Finding | null> {
  const { contentId, what } = target
  if (!(await isAsKnown(target))) return null
  const finding = what === 'capture' ? await capture(target) : await xmp(target)
  return (await isAsKnown(target)) ? { contentId, ...finding } : null
}

async function capture({ path }: ReadTarget) {
  const found = await readCapture(fsPath(path))
  const failed = 'state' in found
  return { what: 'capture' as const, taken: failed ? UNKNOWN : found, error: failed ? found.message : null }
}

async function xmp({ path, size }: ReadTarget) {
  const what = 'xmp' as const
  if (size > MAX_XMP_BYTES) return { what, facts: null, error: `it is larger than ${MAX_XMP_BYTES} bytes` }
  try {
    await using file = await open(fsPath(path))
    return { what, facts: await readXmp(await file.readFile()), error: null }
  } catch (err) {
    return { what, facts: null, error: systemReason(errorMessage(err)) }
  }
}

async function isAsKnown({ path, size, modifiedMs }: ReadTarget): Promise<boolean> {
  const stats = await lstat(fsPath(path), { bigint: true }).catch(() => null)
  return stats !== null && stats.isFile() && Number(stats.size) === size && Number(stats.mtimeMs) === modifiedMs
}
