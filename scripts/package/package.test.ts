import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTempDir } from '@spacedrive/core/testing'
import { beforeAll, expect, test } from 'vitest'
import { packArchive, unpackArchive } from './archive.ts'
import { keyIdOf, openSealed, sealText } from './envelope.ts'
import { makePackage, PROVENANCE_FILE, SBOM_FILE } from './make-package.ts'
import { makeStatement, sha256 } from './provenance.ts'
import { makeSbom } from './sbom.ts'
import { verifyPackage } from './verify-package.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
let archive: Buffer

beforeAll(async () => {
  archive = (await makePackage({ root, privateKey, builder: 'test' })).archive
})

/** A program that has not ended by then never does; in milliseconds. */
const LONGEST_RUN_MS = 120_000

test('a package is verified with the public key', async () => {
  const { components, files, provenance } = await verifyPackage(archive, publicKey)
  expect(provenance).toMatchObject({ builder: 'test', commit: head(), version: '0.1.0' })
  expect(files).toBe((await unpackArchive(archive)).files.size)
  expect(components).toBe((await sbomOf(archive)).components.length)
})

test('two packages of one commit are the same, byte for byte', async () => {
  expect((await makePackage({ root, privateKey, builder: 'test' })).archive.equals(archive)).toBe(true)
  const { archive: other } = await makePackage({ root, privateKey, builder: 'test', sourceDateEpoch: 1_700_000_000 })
  expect(other.equals(archive)).toBe(false)
  expect((await verifyPackage(other, publicKey)).provenance.at).toEqual(new Date(1_700_000_000_000))
})

test('the bill of materials lists every package that the lockfile installs without development tools', async () => {
  const { files } = await unpackArchive(archive)
  const lock = JSON.parse(textOf(files, 'package-lock.json')) as {
    packages: Record<string, { version: string; license: string; integrity?: string; dev?: true; link?: true }>
  }
  const expected = Object.entries(lock.packages)
    .filter(([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link)
    .map(([path, { integrity, license, version }]) => ({
      path,
      version,
      licence: license,
      hash:
        integrity === undefined ? undefined : `SHA-512 ${Buffer.from(integrity.slice(7), 'base64').toString('hex')}`,
    }))
  const { components } = await sbomOf(archive)
  const listed = components.flatMap(({ hashes, licenses: [licence], properties, version }) =>
    properties.map(({ value }) => ({
      path: value,
      version,
      licence: licence?.expression ?? licence?.license?.id,
      hash: hashes && `${hashes[0]!.alg} ${hashes[0]!.content}`,
    })),
  )
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1)
  expect(listed.filter(({ path }) => path.includes('node_modules/')).toSorted(byPath)).toEqual(
    expected.toSorted(byPath),
  )
  expect(expected.length).toBeGreaterThan(300)
  const workspaces = listed.filter(({ path }) => !path.includes('node_modules/')).map(({ path }) => path)
  expect(workspaces.toSorted()).toEqual(['cli', 'client', 'core', 'daemon', 'relay', 'web'])
})

test('every component has a package URL of its own, and every dependency is a component', async () => {
  const { components, dependencies, metadata } = await sbomOf(archive)
  const purls = new Set(components.map(({ purl }) => purl))
  expect(purls.size).toBe(components.length)
  const used = dependencies.flatMap(({ dependsOn }) => dependsOn)
  expect(used.filter((purl) => !purls.has(purl))).toEqual([])
  // Nothing is listed that nothing asks for.
  const reached = new Set([metadata.component.purl])
  for (const ref of reached)
    for (const next of dependencies.find((each) => each.ref === ref)!.dependsOn) reached.add(next)
  expect(components.map(({ purl }) => purl).filter((purl) => !reached.has(purl))).toEqual([])
  expect(dependencies.find(({ ref }) => ref.startsWith('pkg:npm/%40spacedrive/core@'))!.dependsOn).toContainEqual(
    expect.stringMatching(/^pkg:npm\/sharp@/),
  )
})

test('no test, tool or private key is shipped', async () => {
  const names = [...(await unpackArchive(archive)).files.keys()]
  expect(names.filter((name) => /\.test\.|\/test\/|testing\/|^(e2e|bench|scripts|docs|examples)\//.test(name))).toEqual(
    [],
  )
  expect(names.filter((name) => /\.(pem|key)$/.test(name))).toEqual([])
})

test.each<[string, (files: Map<string, Uint8Array>) => void, string | RegExp]>([
  [
    'a file',
    (files) => flip(files, 'core/src/core.ts'),
    /^core\/src\/core\.ts was changed: its SHA-256 is [\da-f]{64}\./,
  ],
  ['a changed bill of materials', (files) => flip(files, SBOM_FILE), /^sbom\.cdx\.json was changed/],
  ['a changed lockfile', (files) => flip(files, 'package-lock.json'), /^package-lock\.json was changed/],
  ['a missing file', (files) => files.delete('README.md'), 'README.md is missing from the package.'],
  ['a missing bill of materials', (files) => files.delete(SBOM_FILE), 'sbom.cdx.json is missing from the package.'],
  ['an added file', (files) => files.set('core/src/more.ts', Buffer.from('1')), /^core\/src\/more\.ts was added/],
  ['no provenance', (files) => files.delete(PROVENANCE_FILE), /^The package has no provenance/],
  ['no envelope', (files) => files.set(PROVENANCE_FILE, Buffer.from('{}')), /^The provenance is not a signed envelope/],
  ['a changed statement', changeStatement, /^The signature of the provenance does not match/],
  ['a signature of something else', signOther, /^The signed statement is not SLSA provenance/],
  ['another order of the files', reorder, /^The archive was changed outside its files/],
])('a package with %s is refused with a sentence', async (_, change, sentence) => {
  await expect(verifyPackage(await repack(archive, change), publicKey)).rejects.toThrow(sentence)
})

test('a package that another key signed is refused', async () => {
  const other = generateKeyPairSync('ed25519').publicKey
  await expect(verifyPackage(archive, other)).rejects.toThrow(
    /^The provenance was signed with another key \([\da-f]{64}\)/,
  )
  // The right name of the key does not help: the signature is checked with the key itself.
  const forged = await repack(archive, (files) => {
    const text = openSealed(textOf(files, PROVENANCE_FILE), publicKey)
    const foreign = sealText(text, generateKeyPairSync('ed25519').privateKey)
    files.set(PROVENANCE_FILE, Buffer.from(foreign.replace(/"keyid":"\w+"/, `"keyid":"${keyIdOf(publicKey)}"`)))
  })
  await expect(verifyPackage(forged, publicKey)).rejects.toThrow(/^The signature of the provenance does not match/)
})

test('one changed byte anywhere is found, and said in a sentence', async () => {
  const small = await smallPackage()
  expect((await verifyPackage(small, publicKey)).files).toBe(3)
  const changes = Array.from(small, (byte, at) => {
    const changed = Buffer.from(small)
    changed[at] = byte ^ (1 << (at % 8))
    return problemOf(changed)
  })
  const said = await Promise.all(changes)
  expect(said.filter((sentence) => !/^[A-Z].+\.$|^[\w./-]+ (was|is) .+\.?$/.test(sentence))).toEqual([])
  for (const length of [0, 100, 512, small.length - 1])
    expect(await problemOf(small.subarray(0, length))).toMatch(/archive/)
  expect(await problemOf(Buffer.concat([small, Buffer.from('x')]))).toMatch(/archive is damaged/)
})

test('another version of the program packs the same bytes', async () => {
  const files = new Map([
    ['cli/bin/run.mjs', Buffer.from('1')],
    [`core/${'folder/'.repeat(20)}file.ts`, Buffer.alloc(600, 'x')],
  ])
  const packed = await packArchive({ folder: 'spacedrive-1.0.0', files, at: new Date(1_700_000_000_000) })
  // `verifyPackage` packs the files again, so other bytes would refuse every package of an earlier version.
  expect(sha256(packed)).toBe('8e446c400eba8a46340645606a5c0bf1270bb77da7fe5b76cceaa6ea0548e3c6')
})

test('the command packs, verifies, and names what is wrong', async () => {
  using folder = createTempDir('package')
  const [secret, open] = [join(folder.path, 'release.pem'), join(folder.path, 'release.pub')]
  writeFileSync(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }))
  const packed = packageCommand('--key', secret, '--out', folder.path)
  expect(packed).toMatchObject({ status: 0, stderr: '' })
  expect(packed.stdout).toContain(`files of commit ${head()}`)
  const file = join(folder.path, 'spacedrive-0.1.0.tar')
  expect(packageCommand('--verify', file, '--key', open)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`${file} is genuine: version 0.1.0, commit ${head()}, built by local`),
  })
  writeFileSync(file, await repack(readFileSync(file), (files) => flip(files, SBOM_FILE)))
  expect(packageCommand('--verify', file, '--key', open)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^sbom\.cdx\.json was changed: .*\n$/),
  })
  expect(packageCommand('--out', folder.path)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('The package must be signed.'),
  })
})

test('the program starts from the unpacked package', async () => {
  using folder = createTempDir('package')
  const { files, folder: name } = await unpackArchive(archive)
  writeFileSync(join(folder.path, 'package.tar'), archive)
  execFileSync('tar', ['-xf', 'package.tar'], { cwd: folder.path })
  const unpacked = join(folder.path, name)
  expect(readFileSync(join(unpacked, SBOM_FILE)).equals(files.get(SBOM_FILE)!)).toBe(true)
  installLinks(unpacked)
  const { status, stderr, stdout } = spawnSync(join(unpacked, 'cli/bin/spacedrive.mjs'), ['--version'], {
    encoding: 'utf8',
    timeout: LONGEST_RUN_MS,
  })
  expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: expect.stringContaining('0.1.0') })
  const home = join(folder.path, 'home')
  mkdirSync(join(home, 'Files'), { recursive: true })
  writeFileSync(join(home, 'Files', 'a.txt'), 'hello')
  const started = spawnSync(
    join(unpacked, 'cli/bin/spacedrive.mjs'),
    ['quickstart', join(home, 'Files'), '--once', '--json'],
    {
      encoding: 'utf8',
      env: { ...process.env, HOME: home, SPACEDRIVE_DATA_DIR: join(home, 'data') },
      timeout: LONGEST_RUN_MS,
    },
  )
  const { status: code, stderr: warned, stdout: printed } = started
  expect({ code, warned, printed }).toEqual({
    code: 0,
    warned: expect.any(String),
    printed: expect.stringMatching(/"files":\s*1/),
  })
})

interface Sbom {
  readonly metadata: { readonly component: { readonly purl: string } }
  readonly components: readonly {
    readonly purl: string
    readonly version: string
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
    readonly licenses: readonly { readonly expression?: string; readonly license?: { readonly id: string } }[]
    readonly properties: readonly { readonly value: string }[]
  }[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

async function sbomOf(bytes: Uint8Array): Promise<Sbom> {
  const { files } = await unpackArchive(bytes)
  return JSON.parse(textOf(files, SBOM_FILE)) as Sbom
}

function textOf(files: ReadonlyMap<string, Uint8Array>, name: string): string {
  return Buffer.from(files.get(name)!).toString()
}

function head(): string {
  return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
}

/** An archive of the same form whose files `change` has changed. */
async function repack(bytes: Uint8Array, change: (files: Map<string, Uint8Array>) => void): Promise<Buffer> {
  const { files, folder } = await unpackArchive(bytes)
  const { at } = (await verifyPackage(bytes, publicKey)).provenance
  change(files)
  return packArchive({ files, folder, at })
}

function flip(files: Map<string, Uint8Array>, name: string): void {
  const bytes = Uint8Array.from(files.get(name)!)
  bytes[bytes.length >> 1]! ^= 1
  files.set(name, bytes)
}

function changeStatement(files: Map<string, Uint8Array>): void {
  const envelope = JSON.parse(textOf(files, PROVENANCE_FILE)) as { payload: string }
  const statement = Buffer.from(envelope.payload, 'base64').toString()
  const payload = Buffer.from(statement.replace('"builder":{"id":"test"', '"builder":{"id":"best"')).toString('base64')
  files.set(PROVENANCE_FILE, Buffer.from(`${JSON.stringify({ ...envelope, payload })}\n`))
}

function signOther(files: Map<string, Uint8Array>): void {
  files.set(PROVENANCE_FILE, Buffer.from(sealText('{"_type":"https://in-toto.io/Statement/v1"}', privateKey)))
}

function reorder(files: Map<string, Uint8Array>): void {
  const first = [...files.keys()][0]!
  const bytes = files.get(first)!
  files.delete(first)
  files.set(first, bytes)
}

/** A package of a lockfile alone, small enough to change each of its bytes. */
function smallPackage(): Promise<Buffer> {
  const at = new Date(1_700_000_000_000)
  const lock = JSON.stringify({ name: 'small', version: '1.0.0', packages: { '': {} } })
  const files = new Map<string, Uint8Array>([['package-lock.json', Buffer.from(lock)]])
  files.set(SBOM_FILE, Buffer.from(makeSbom({ lock, at })))
  const statement = makeStatement({ files, version: '1.0.0', commit: 'a'.repeat(40), at, builder: 'test', lock })
  files.set(PROVENANCE_FILE, Buffer.from(sealText(statement, privateKey)))
  return packArchive({ folder: 'spacedrive-1.0.0', files, at })
}

/** What `verifyPackage` says; empty if it finds nothing. */
function problemOf(bytes: Uint8Array): Promise<string> {
  return verifyPackage(bytes, publicKey).then(
    () => '',
    (err: unknown) => (err as Error).message,
  )
}

function packageCommand(...args: string[]) {
  const env = { ...process.env, SPACEDRIVE_SIGNING_KEY: '' }
  const { status, stderr, stdout } = spawnSync(process.execPath, ['scripts/package.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env,
  })
  return { status, stderr, stdout }
}

/** As `npm ci` does it, but with links to the packages that this checkout has. The workspaces are the unpacked ones. */
function installLinks(unpacked: string): void {
  for (const place of ['.', 'core', 'client', 'daemon', 'relay', 'cli', 'web']) {
    const from = join(root, place, 'node_modules')
    if (!existsSync(from)) continue
    for (const name of packagesIn(from)) linkTo(join(from, name), join(unpacked, place, 'node_modules', name))
  }
  for (const name of ['core', 'client', 'daemon', 'relay', 'cli', 'web']) {
    linkTo(join(unpacked, name), join(unpacked, 'node_modules/@spacedrive', name))
  }
}

function packagesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    if (name.startsWith('.') || name === '@spacedrive') return []
    return name.startsWith('@') ? readdirSync(join(folder, name)).map((base) => `${name}/${base}`) : [name]
  })
}

function linkTo(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}
