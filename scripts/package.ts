import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { keyIdOf } from './package/envelope.ts'
import { makePackage } from './package/make-package.ts'
import { sha256 } from './package/provenance.ts'
import { verifyPackage } from './package/verify-package.ts'

const USAGE = `npm run package -- [options]

Makes a package of the last commit: dist/spacedrive-<version>.tar

  --key FILE       private Ed25519 key (PEM) that signs; SPACEDRIVE_SIGNING_KEY may hold its text instead
  --builder NAME   who builds, for the provenance; "local" by default
  --out FOLDER     where the package goes; dist by default
  --verify FILE    checks a package instead; --key then names the public key (PEM)
`

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    key: { type: 'string' },
    builder: { type: 'string', default: 'local' },
    out: { type: 'string', default: join(root, 'dist') },
    verify: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

try {
  await main()
} catch (err) {
  process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  if (values.help) print(USAGE)
  else if (values.verify === undefined) await pack()
  else await verify(values.verify)
}

async function pack(): Promise<void> {
  const privateKey = await signingKey()
  const epoch = process.env['SOURCE_DATE_EPOCH']
  const made = await makePackage({
    root,
    privateKey,
    builder: values.builder,
    sourceDateEpoch: epoch ? Number(epoch) : undefined,
  })
  const file = join(values.out, `${made.name}.tar`)
  await mkdir(values.out, { recursive: true })
  await writeFile(file, made.archive)
  print(`${relative(process.cwd(), file)}: ${made.files} files of commit ${made.commit}\n`)
  print(`SHA-256 ${sha256(made.archive)}, signed with key ${keyIdOf(createPublicKey(privateKey))}\n`)
  if (made.withoutHash.length === 0) return
  print(`package-lock.json has no integrity hash for ${made.withoutHash.length} packages of other platforms:\n`)
  for (const purl of made.withoutHash) print(`  ${purl}\n`)
}

async function verify(file: string): Promise<void> {
  if (values.key === undefined) throw new Error('Name the public key of the release with --key FILE.')
  const publicKey = ed25519(createPublicKey(await readKey(values.key)), values.key)
  const { components, files, provenance } = await verifyPackage(await readFile(file), publicKey)
  print(
    `${file} is genuine: version ${provenance.version}, commit ${provenance.commit}, built by ${provenance.builder}\n`,
  )
  print(`${files} files and ${components} packages in the bill of materials match the signed provenance\n`)
}

async function signingKey(): Promise<KeyObject> {
  const text = values.key === undefined ? process.env['SPACEDRIVE_SIGNING_KEY'] : await readKey(values.key)
  if (!text)
    throw new Error(
      'The package must be signed. Make a key with `openssl genpkey -algorithm ed25519 -out release.pem` outside this folder, then name it with --key release.pem.',
    )
  return ed25519(createPrivateKey(text), values.key ?? 'SPACEDRIVE_SIGNING_KEY')
}

async function readKey(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`Cannot read the key ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  })
}

function ed25519(key: KeyObject, source: string): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new Error(
    `${source} holds a key of type ${key.asymmetricKeyType ?? 'unknown'}. The package needs an Ed25519 key.`,
  )
}

function print(text: string): void {
  process.stdout.write(text)
}
