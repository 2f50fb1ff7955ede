import { type Core, CoreError, type ErrorCode } from '@spacedrive/core'
import { systemCode } from '@spacedrive/core/errors'
import { type Op, ops } from '@spacedrive/core/ops'
import { describeIssues } from './describe-issues.ts'

const registry: Readonly<Record<string, Op>> = ops

export interface OperationRequest {
  readonly method: string
  readonly params: unknown
  /** Name or id of a library; the current one by default. */
  readonly library?: string | undefined
}

/**
 * The one way from a request to an operation; every transport calls it. Throws `CoreError` and nothing else: what it
 * does not know is logged whole and leaves as `Internal` without detail.
 */
export async function dispatch(core: Core, request: OperationRequest, signal: AbortSignal): Promise<unknown> {
  try {
    return await run(core, request, signal)
  } catch (err) {
    throw asCoreError(err, { core, method: request.method, signal })
  }
}

async function run(core: Core, { library, method, params }: OperationRequest, signal: AbortSignal): Promise<unknown> {
  const op = Object.hasOwn(registry, method) ? registry[method] : undefined
  if (!op) throw new CoreError('NotFound', `there is no operation ${JSON.stringify(method)}`)
  const input = op.input.safeParse(params ?? {})
  if (!input.success) {
    const { issues, message } = describeIssues(input.error.issues, params)
    throw new CoreError('InvalidInput', `${method}: ${message}`, { details: { issues } })
  }
  const context = { core, signal }
  const isOfLibrary = op.scope === 'library'
  const output = await op.run(
    input.data,
    isOfLibrary ? { ...context, library: core.libraries.resolve(library) } : context,
  )
  return op.output.parse(output)
}

interface Failure {
  readonly core: Core
  readonly method: string
  readonly signal: AbortSignal
}

/** Failures of the system that a person can do something about, wherever they come from. */
const systemCodes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DiskFull',
  EDQUOT: 'DiskFull',
  EACCES: 'PermissionDenied',
  EPERM: 'PermissionDenied',
  EROFS: 'PermissionDenied',
}

function asCoreError(err: unknown, { core, method, signal }: Failure): CoreError {
  if (err instanceof CoreError) return err
  if (signal.aborted) return new CoreError('Cancelled', `${method} was given up`, { cause: err })
  core.log.error({ err, method }, 'an operation failed in a way nobody expected')
  const code = systemCodes[systemCode(err) ?? '']
  if (code && err instanceof Error) return new CoreError(code, `${method}: ${err.message}`, { cause: err })
  return new CoreError('Internal', `${method} failed inside the daemon; its log says why`, { cause: err })
}
