import { readFile } from 'node:fs/promises'

/** Licences under which a package may be installed here: each lets the project be given away under MIT or Apache-2.0. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
])

/**
 * Libraries under the LGPL that stay what it asks for: files of their own, which anybody can put another version in the
 * place of. Their source is at https://github.com/lovell/sharp-libvips, and at https://ffmpeg.org for what
 * `node-webcodecs` decodes with.
 */
const replaceable = /(?:^|\/)node_modules\/(?:@img\/sharp-|@node-webcodecs\/static-)/
const LGPL: ReadonlySet<string> = new Set(['LGPL-2.1-or-later', 'LGPL-3.0-or-later'])

interface LockedPackage {
  readonly link?: boolean
  readonly license?: string
}

const root = new URL('..', import.meta.url)
const refused = await refusedPackages()
for (const line of refused) process.stderr.write(`${line}\n`)
process.exitCode = refused.length === 0 ? 0 : 1

/** Every package the lockfile may install, on any platform, whose licence is not allowed. */
async function refusedPackages(): Promise<string[]> {
  const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8')) as {
    packages: Record<string, LockedPackage>
  }
  const lines: string[] = []
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || locked.link) continue
    const licence = locked.license ?? (await installedLicence(path))
    if (!isAllowed(licence, replaceable.test(path)))
      lines.push(`${path}: licence ${licence ?? 'not stated'} is not on the list in scripts/licences.ts`)
  }
  return lines
}

async function installedLicence(path: string): Promise<string | undefined> {
  const text = await readFile(new URL(`${path}/package.json`, root), 'utf8').catch(() => '{}')
  return (JSON.parse(text) as { license?: string }).license
}

/** Reads `MIT`, `(MIT OR GPL-3.0)` and `MIT AND ISC`: one of the alternatives, and all of its parts, must be allowed. */
function isAllowed(licence: string | undefined, isReplaceable: boolean): boolean {
  if (!licence) return false
  return licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((alternative) =>
      alternative.split(' AND ').every((name) => allowed.has(name.trim()) || (isReplaceable && LGPL.has(name.trim()))),
    )
}
