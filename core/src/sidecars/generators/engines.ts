import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { errorMessage } from '../../util/errors.ts'
import type { DetectedEngine } from './generator.ts'
import { runProgram } from './program.ts'
import { findProgram } from '../../util/find-program.ts'
import { bundledVersion } from '../../util/package-version.ts'

type Described = Pick<DetectedEngine, 'gives' | 'job' | 'licence' | 'name' | 'size'>

interface PackageEngine extends Described {
  readonly package: string
}

interface ProgramEngine extends Described {
  /** The name of the program on PATH. */
  readonly program: string
  /** The arguments that print the version, which is the first number with a dot in the output. */
  readonly args: readonly string[]
  /** How to install a missing program. */
  readonly how: string
}

/** A program that has not printed its version after this time counts as broken. */
const ANSWER_MS = 30_000
const MAX_ANSWER_BYTES = 262_144

/** Detects an engine that is an npm package. Reads its version without loading it. */
export async function detectPackage({ package: name, ...of }: PackageEngine): Promise<DetectedEngine> {
  try {
    const version = bundledVersion(name) ?? (await installedVersion(name))
    return { ...of, version, state: 'embedded', how: 'comes with this program' }
  } catch (err) {
    return { ...of, version: null, state: 'missing', how: `npm install (${errorMessage(err)})` }
  }
}

async function installedVersion(name: string): Promise<string> {
  const file = findPackageJSON(name, import.meta.url)
  if (file === undefined) throw new Error(`the package ${name} is not installed`)
  return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version
}

/** Detects an engine that is a program. Runs it to read its version, with a time limit. */
export async function detectProgram({ args, how, program, ...of }: ProgramEngine): Promise<DetectedEngine> {
  const path = findProgram(program)
  if (path === null) return { ...of, version: null, state: 'missing', how }
  try {
    const said = await runProgram(path, args, { timeoutMs: ANSWER_MS, maxBytes: MAX_ANSWER_BYTES })
    return { ...of, version: /\d+\.[\w.+-]+/.exec(said.toString('utf8'))?.[0] ?? null, state: 'found', how: path }
  } catch (err) {
    return { ...of, version: null, state: 'missing', how: `${path} does not work: ${errorMessage(err)}` }
  }
}
