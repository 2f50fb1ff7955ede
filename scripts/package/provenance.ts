import { createHash } from 'node:crypto'
import { z } from 'zod'
import { shippedPackages } from './locked-packages.ts'
import { hashesOf } from './sbom.ts'

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
const PREDICATE_TYPE = 'https://slsa.dev/provenance/v1'
/** What `npm run package` does: docs/guides/make-a-package.md describes it. */
const BUILD_TYPE = 'urn:spacedrive:npm-run-package:v1'

export interface ProvenanceInput {
  /** Every file of the package, by its path, but for the provenance itself. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly version: string
  readonly commit: string
  readonly at: Date
  /** Who builds: the address of a service, or a name of one's own. */
  readonly builder: string
  /** Text of `package-lock.json`. */
  readonly lock: string
}

/** An in-toto statement with SLSA provenance: what the package holds, and from what it was made. */
export function makeStatement({ at, builder, commit, files, lock, version }: ProvenanceInput): string {
  return JSON.stringify({
    _type: STATEMENT_TYPE,
    subject: [...files].map(([name, bytes]) => ({ name, digest: { sha256: sha256(bytes) } })),
    predicateType: PREDICATE_TYPE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { version, commit, sourceDateEpoch: at.getTime() / 1000 },
        resolvedDependencies: [{ uri: 'git+urn:spacedrive', digest: { gitCommit: commit } }, ...materials(lock)],
      },
      runDetails: { builder: { id: builder, version: { node: process.versions.node } } },
    },
  })
}

function materials(lock: string) {
  return shippedPackages(lock).packages.flatMap(({ integrity, purl }) =>
    integrity === null ? [] : [{ uri: purl, digest: digestSet(integrity) }],
  )
}

function digestSet(integrity: string): Record<string, string> {
  return Object.fromEntries(
    hashesOf(integrity).map(({ alg, content }) => [alg.toLowerCase().replace('-', ''), content]),
  )
}

const Statement = z.looseObject({
  _type: z.literal(STATEMENT_TYPE),
  predicateType: z.literal(PREDICATE_TYPE),
  subject: z.array(z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: z.hex().length(64) }) })),
  predicate: z.looseObject({
    buildDefinition: z.looseObject({
      buildType: z.literal(BUILD_TYPE),
      externalParameters: z.strictObject({
        version: z.string(),
        commit: z.hex().length(40),
        sourceDateEpoch: z.int().nonnegative(),
      }),
    }),
    runDetails: z.looseObject({ builder: z.looseObject({ id: z.string() }) }),
  }),
})

export interface Provenance {
  readonly digests: ReadonlyMap<string, string>
  readonly version: string
  readonly commit: string
  readonly at: Date
  readonly builder: string
}

export function parseStatement(text: string): Provenance {
  try {
    const { predicate, subject } = Statement.parse(JSON.parse(text))
    const { commit, sourceDateEpoch, version } = predicate.buildDefinition.externalParameters
    const digests = new Map(subject.map(({ digest, name }) => [name, digest.sha256]))
    if (digests.size !== subject.length) throw new Error('a file is listed twice')
    return { digests, version, commit, at: new Date(sourceDateEpoch * 1000), builder: predicate.runDetails.builder.id }
  } catch (cause) {
    throw new Error('The signed statement is not SLSA provenance of this project.', { cause })
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
