import { execFileSync } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { packArchive } from './archive.ts'
import { sealText } from './envelope.ts'
import { shippedPackages } from './locked-packages.ts'
import { makeStatement } from './provenance.ts'
import { makeSbom } from './sbom.ts'

export const SBOM_FILE = 'sbom.cdx.json'
export const PROVENANCE_FILE = 'provenance.intoto.jsonl'

/** The committed files that are needed to install and run the program, beside its workspaces: no documents, no tools. */
const SHIPPED = /^(?:package(?:-lock)?\.json|README\.md|CHANGELOG\.md|LICENSE-[A-Z0-9]+)$/
const NOT_SHIPPED = /\.test\.tsx?$|\/tests?\/|^\w+\/testing\//
const MAX_TREE_BYTES = 256 * 1024 * 1024

export interface MakePackageInput {
  /** Folder of the repository. */
  readonly root: string
  readonly privateKey: KeyObject
  readonly builder: string
  /** Replaces the time of the commit: seconds since 1970. */
  readonly sourceDateEpoch?: number | undefined
}

export interface MadePackage {
  readonly name: string
  readonly archive: Buffer
  readonly commit: string
  readonly files: number
  /** Shipped packages that the lockfile has no integrity hash for. */
  readonly withoutHash: readonly string[]
}

/** Packs what is committed, with its bill of materials and its signed provenance. */
export async function makePackage({
  builder,
  privateKey,
  root,
  sourceDateEpoch,
}: MakePackageInput): Promise<MadePackage> {
  const git = gitIn(root)
  const commit = git(['rev-parse', 'HEAD']).toString().trim()
  const seconds = sourceDateEpoch ?? Number(git(['show', '-s', '--format=%ct', commit]))
  const at = new Date(seconds * 1000)
  const files = committedFiles(git, commit)
  const lock = Buffer.from(files.get('package-lock.json')!).toString()
  const { packages, version } = shippedPackages(lock)
  files.set(SBOM_FILE, Buffer.from(makeSbom({ lock, at })))
  const statement = makeStatement({ files, version, commit, at, builder, lock })
  files.set(PROVENANCE_FILE, Buffer.from(sealText(statement, privateKey)))
  const name = `spacedrive-${version}`
  return {
    name,
    archive: await packArchive({ folder: name, files, at }),
    commit,
    files: files.size,
    withoutHash: packages
      .filter(({ integrity, paths }) => integrity === null && isInstalled(paths))
      .map(({ purl }) => purl),
  }
}

/** Workspaces are in the package itself, and have no hash of their own. */
function isInstalled(paths: readonly string[]): boolean {
  return paths.some((path) => path.includes('node_modules/'))
}

type Git = (args: readonly string[], input?: string) => Buffer

/** In the order of their paths, with the bytes that were committed, whatever the checkout made of them. */
function committedFiles(git: Git, commit: string): Map<string, Uint8Array> {
  const listed = git(['ls-tree', '-r', '-z', '--name-only', commit]).toString().split('\0')
  const { workspaces } = JSON.parse(git(['show', `${commit}:package.json`]).toString()) as { workspaces: string[] }
  const isInWorkspace = (name: string) => workspaces.some((workspace) => name.startsWith(`${workspace}/`))
  const names = listed.filter((name) => (SHIPPED.test(name) || isInWorkspace(name)) && !NOT_SHIPPED.test(name))
  const batch = git(['cat-file', '--batch'], names.map((name) => `${commit}:${name}\n`).join(''))
  const files = new Map<string, Uint8Array>()
  let at = 0
  for (const name of names) {
    // Each answer: `<object> blob <size>`, the bytes, and a line feed.
    const start = batch.indexOf('\n', at) + 1
    const size = Number(batch.toString('latin1', at, start).split(' ')[2])
    if (!Number.isSafeInteger(size)) throw new Error(`git has no file ${name} in ${commit}`)
    files.set(name, Uint8Array.from(batch.subarray(start, start + size)))
    at = start + size + 1
  }
  return files
}

function gitIn(root: string): Git {
  return (args, input) => execFileSync('git', args, { cwd: root, input, maxBuffer: MAX_TREE_BYTES })
}
