import { createHash } from 'node:crypto'
import { type ShippedPackage, shippedPackages } from './locked-packages.ts'

export interface SbomInput {
  /** Text of `package-lock.json`. */
  readonly lock: string
  /** Time of the commit. */
  readonly at: Date
}

/** The software bill of materials as CycloneDX 1.6 JSON. The same lockfile and time give the same bytes. */
export function makeSbom({ at, lock }: SbomInput): string {
  const tree = shippedPackages(lock)
  const root = `pkg:npm/${tree.name}@${tree.version}`
  const body = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: at.toISOString(),
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': root,
        name: 'spacedrive',
        version: tree.version,
        purl: root,
        licenses: [{ expression: 'MIT OR Apache-2.0' }],
      },
    },
    components: tree.packages.map(component),
    dependencies: [
      { ref: root, dependsOn: tree.dependsOn },
      ...tree.packages.map(({ dependsOn, purl }) => ({ ref: purl, dependsOn })),
    ],
  }
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(body))}`
  return `${JSON.stringify({ $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', serialNumber, ...body }, null, 1)}\n`
}

function component({ integrity, isOptional, licence, name, paths, purl, version }: ShippedPackage) {
  const [scope, base] = name.startsWith('@') ? name.split('/') : [undefined, name]
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope === undefined ? {} : { group: scope }),
    name: base,
    version,
    scope: isOptional ? 'optional' : 'required',
    ...(integrity === null ? {} : { hashes: hashesOf(integrity) }),
    licenses: [/[ (]/.test(licence) ? { expression: licence } : { license: { id: licence } }],
    purl,
    properties: paths.map((path) => ({ name: 'cdx:npm:package:path', value: path })),
  }
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  sha512: 'SHA-512',
  sha384: 'SHA-384',
  sha256: 'SHA-256',
  sha1: 'SHA-1',
}

/** `sha512-<base64>`, several with spaces between them, as CycloneDX writes hashes. */
export function hashesOf(integrity: string): { readonly alg: string; readonly content: string }[] {
  return integrity.split(' ').map((part) => {
    const [name = '', digest = ''] = part.split(/-(.*)/s)
    return { alg: ALGORITHMS[name] ?? name, content: Buffer.from(digest, 'base64').toString('hex') }
  })
}

/** A UUID that the content decides: version 8, with 122 bits of its SHA-256. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
