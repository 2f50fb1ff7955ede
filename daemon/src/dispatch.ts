import { isAbsolute } from 'node:path'
import {
  type Core,
  CoreError,
  databaseError,
  displayName,
  type ErrorCode,
  type Library,
  parsePath,
  pathError,
  pathErrorCode,
} from '@spacedrive/core'
import { confirmationOf } from '@spacedrive/core/confirmation'
import { errorMessage } from '@spacedrive/core/errors'
import { isAddress } from '@spacedrive/core/domain'
import { asOperation } from '@spacedrive/core/operation'
import type { Op } from '@spacedrive/core/ops'
import { ZodObject } from 'zod'
import type { Asker } from './asker.ts'
import { describeIssues } from './describe-issues.ts'
import type { ExplorerHost } from './explorer-host.ts'
import { ops } from './ops/index.ts'
import { reachesEveryFile, requireReachable } from './reachable.ts'
import { unknownField } from './unknown-field.ts'
import { UnknownOperation } from './wire-error.ts'

const registry: Readonly<Record<string, Op>> = ops

export interface DispatchDeps {
  readonly core: Core
  /** The web page that the daemon serves; null if it serves none. */
  readonly explorer: () => ExplorerHost | null
}

/** A request for an operation. */
export interface Asked {
  readonly method: string
  readonly params: unknown
  /** Name or id of a library; the current one by default. */
  readonly library?: string | undefined
  /** True once the user has agreed to what the operation destroys. */
  readonly confirm?: boolean | undefined
}

export interface OperationRequest extends Asked {
  readonly asker: Asker
}

/**
 * The only way from a request to an operation; every transport calls it. Throws only `CoreError`: any other error is
 * logged in full and becomes `Internal` without detail.
 */
export async function dispatch(
  { core, explorer }: DispatchDeps,
  request: OperationRequest,
  signal: AbortSignal,
): Promise<unknown> {
  const { method, params } = request
  const op = Object.hasOwn(registry, method) ? registry[method] : undefined
  if (!op) throw new UnknownOperation(method, Object.keys(registry))
  checkAccess(op, request)
  checkFields(op, params)
  const input = op.input.safeParse(params ?? {})
  if (!input.success) {
    const { issues, message } = describeIssues(input.error.issues, params)
    throw new CoreError('InvalidInput', `${method}: ${message}`, { details: { issues } })
  }
  checkPaths(op, input.data)
  await checkFiles(op, { core, input: input.data, asker: request.asker })
  checkConfirmed(op, { input: input.data, confirm: request.confirm })
  const library = libraryFor(op, core, request.library)
  try {
    const output = await asOperation({ name: method, signal }, async (ending) => {
      const context = { core, explorer: explorer(), signal: ending, library }
      return op.output.parse(await op.run(input.data, context))
    })
    return op.withoutDisk && !reachesEveryFile(request.asker.rights) ? op.withoutDisk(output) : output
  } catch (err) {
    throw asCoreError(err, { core, method, library, signal })
  }
}

/** Throws `PermissionDenied` if the asker has no right. An operation without `access` is only for the user of this machine. */
function checkAccess({ access, name, onlyHere: fields }: Op, { asker, params }: OperationRequest): void {
  const { rights } = asker
  if (rights === 'all') return
  if (access === null) throw onlyHere(name, asker)
  if (access !== 'view' && !rights.includes(access)) {
    asker.onRefused?.(name)
    throw new CoreError(
      'PermissionDenied',
      `${name} needs the right "${access}", which this session or key does not have`,
      {
        details: { access },
      },
    )
  }
  const given = fields.find((field) => isGiven(params, field))
  if (given !== undefined) throw onlyHere(`${name} with ${JSON.stringify(given)}`, asker)
}

/**
 * Throws `InvalidInput` for a field that an action does not have. If the field were ignored, the action would do more
 * than the caller wanted, for example with a misspelt `dryRun`.
 */
function checkFields({ input, name }: Op, params: unknown): void {
  if (!(input instanceof ZodObject) || input.def.catchall) return
  // The schema refuses everything else.
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return
  const names = Object.keys(input.shape)
  const unknown = Object.keys(params).find((field) => !names.includes(field))
  if (unknown !== undefined) throw unknownField(unknown, { names, noun: 'field', prefix: `${name}: ` })
}

/** Throws `InvalidInput` for a relative path, which would mean a place in the folder that the daemon was started in. */
function checkPaths({ cli, name }: Op, input: unknown): void {
  for (const field of cli?.paths ?? []) {
    for (const path of textsOf(input, field)) {
      if (isAddress(path) || isAbsolute(displayName(parsePath(path)))) continue
      const message = `${JSON.stringify(path)} is not an absolute path`
      throw new CoreError('InvalidInput', `${name}: ${field}: ${message}`, {
        details: { issues: [{ field, message }] },
      })
    }
  }
}

/** Throws `NeedsConfirmation` if the operation destroys something and the user has not agreed to that. */
function checkConfirmed({ cli, name }: Op, { confirm, input }: { confirm: boolean | undefined; input: unknown }): void {
  const destroys = confirm === true ? null : confirmationOf(cli, input as Readonly<Record<string, unknown>>)
  if (destroys === null) return
  throw new CoreError(
    'NeedsConfirmation',
    `${name} needs a confirmation. ${destroys} Nothing was changed. Ask the user, then send the request again with \`confirm\` set to true.`,
    { details: { destroys } },
  )
}

/** Throws `PermissionDenied` for files outside all locations, if the asker has no right to them. */
async function checkFiles(
  { files, name }: Op,
  { asker, core, input }: { asker: Asker; core: Core; input: unknown },
): Promise<void> {
  if (reachesEveryFile(asker.rights)) return
  for (const field of files) {
    for (const path of textsOf(input, field)) await requireReachable(path, { asker, core, what: name })
  }
}

/** The texts in an input field, which holds one text, several or none. */
function textsOf(input: unknown, field: string): string[] {
  const given: unknown = Reflect.get(input as object, field)
  return [given].flat().filter((value) => typeof value === 'string')
}

function isGiven(params: unknown, field: string): boolean {
  return typeof params === 'object' && params !== null && Object.hasOwn(params, field)
}

/**
 * Records that a caller tried something that only the user of this machine may do. Returns the error for the caller.
 */
export function onlyHere(method: string, asker: Asker): CoreError {
  asker.onRefused?.(method)
  return new CoreError(
    'PermissionDenied',
    `${method} is allowed only on the machine itself, not over the network or with an API key; use \`spacedrive\` or the explorer there`,
  )
}

function libraryFor({ scope }: Op, core: Core, reference: string | undefined): Library | null {
  switch (scope) {
    case 'core':
      return null
    case 'library':
      return core.libraries.resolve(reference)
    case 'anywhere':
      return core.libraries.resolveIfAny(reference)
  }
}

interface Failure {
  readonly core: Core
  readonly method: string
  /** The one it was about. */
  readonly library: Library | null
  readonly signal: AbortSignal
}

/** Codes of system errors that the user can fix. */
const SYSTEM_CODES: ReadonlySet<ErrorCode | null> = new Set([
  'DiskFull',
  'InvalidInput',
  'PermissionDenied',
  'Unavailable',
])

function asCoreError(err: unknown, { core, method, library, signal }: Failure): CoreError {
  // A thread whose library is closed may answer `Internal`.
  if (err instanceof CoreError && err.code !== 'Internal') return err
  if (signal.aborted) return new CoreError('Cancelled', `${method} was cancelled`, { cause: err })
  if (isClosed(core, library)) return new CoreError('Unavailable', `${method}: the library was closed`, { cause: err })
  if (err instanceof CoreError) return err
  const known = databaseError(err, 'the database of the library')
  core.log.error({ err, method }, 'unexpected error in an operation')
  if (known instanceof CoreError) return known
  const code = pathErrorCode(err)
  if (code && SYSTEM_CODES.has(code)) {
    const path = err instanceof Error && 'path' in err ? String(err.path) : 'a file'
    return new CoreError(code, `${method}: ${errorMessage(pathError(err, path))}`, { cause: err })
  }
  return new CoreError('Internal', `unexpected error in ${method}; see \`spacedrive system logs\``, { cause: err })
}

/** A library may be closed during an operation. The errors that follow from it are not bugs. */
function isClosed(core: Core, library: Library | null): boolean {
  return library !== null && !core.libraries.opened().includes(library)
}
