import { z } from 'zod'

const LockedPackage = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  link: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  peerDependencies: z.record(z.string(), z.string()).optional(),
})

const Lockfile = z.looseObject({
  name: z.string(),
  version: z.string(),
  packages: z.record(z.string(), LockedPackage),
})

export interface ShippedPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Subresource integrity, such as `sha512-…`; null if the lockfile has none. */
  readonly integrity: string | null
  /** Installed only on some platforms, or if something else asks for it. */
  readonly isOptional: boolean
  /** Places in `node_modules`, or the folder of a workspace. */
  readonly paths: readonly string[]
  readonly purl: string
  /** Package URLs of what it depends on. */
  readonly dependsOn: readonly string[]
}

export interface ShippedTree {
  readonly name: string
  readonly version: string
  readonly packages: readonly ShippedPackage[]
  /** Package URLs of what the root package depends on, its workspaces included. */
  readonly dependsOn: readonly string[]
}

type Locked = z.output<typeof LockedPackage>

/**
 * Every package that `npm ci --omit=dev` may install on some platform, and the workspaces themselves, from the text of
 * `package-lock.json`. `npm sbom --omit dev` is not used: it leaves out packages that one workspace ships and the root
 * has as a development tool, such as sharp and zod.
 */
export function shippedPackages(lockText: string): ShippedTree {
  const lock = Lockfile.parse(JSON.parse(lockText))
  const shipped = new Map(Object.entries(lock.packages).filter(([path, locked]) => path !== '' && isShipped(locked)))
  const byPurl = new Map<string, ShippedPackage>()
  for (const [path, locked] of shipped) {
    const purl = purlOf(path, locked)
    const known = byPurl.get(purl)
    byPurl.set(purl, known ? { ...known, paths: [...known.paths, path] } : describe({ path, locked, shipped }))
  }
  const root = lock.packages[''] ?? {}
  const workspaces = [...shipped]
    .filter(([path]) => !path.includes('node_modules/'))
    .map(([path, own]) => purlOf(path, own))
  return {
    name: lock.name,
    version: lock.version,
    packages: [...byPurl.values()].toSorted(byPackageUrl),
    dependsOn: [...new Set([...workspaces, ...dependenciesOf({ path: '', locked: root, shipped })])].toSorted(),
  }
}

function isShipped({ dev, link }: Locked): boolean {
  return !dev && !link
}

interface Place {
  readonly path: string
  readonly locked: Locked
  readonly shipped: ReadonlyMap<string, Locked>
}

function describe({ locked, path, shipped }: Place): ShippedPackage {
  if (locked.version === undefined || locked.license === undefined)
    throw new Error(`package-lock.json has no version or no licence for ${path}; run \`npm install\``)
  return {
    name: nameOf(path, locked),
    version: locked.version,
    licence: locked.license,
    integrity: locked.integrity ?? null,
    isOptional: Boolean(locked.optional ?? locked.devOptional),
    paths: [path],
    purl: purlOf(path, locked),
    dependsOn: dependenciesOf({ locked, path, shipped }),
  }
}

/** As Node.js finds them: in `node_modules` of the package itself, then of every folder above it. */
function dependenciesOf({ locked, path, shipped }: Place): string[] {
  const names = Object.keys({ ...locked.dependencies, ...locked.optionalDependencies, ...locked.peerDependencies })
  const found = names.flatMap((name) => {
    const place = foldersAbove(path)
      .map((folder) => `${folder}node_modules/${name}`)
      .find((candidate) => shipped.has(candidate))
    return place === undefined ? workspaceNamed(name, shipped) : [purlOf(place, shipped.get(place)!)]
  })
  return [...new Set(found)].toSorted()
}

/** The lockfile has a link in the place of a workspace, under its folder's path. */
function workspaceNamed(name: string, shipped: ReadonlyMap<string, Locked>): string[] {
  const place = [...shipped].find(([path, locked]) => !path.includes('node_modules/') && locked.name === name)
  return place ? [purlOf(...place)] : []
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/')
  return path === ''
    ? ['']
    : [...parts.keys(), parts.length]
        .map((count) => parts.slice(0, count).join('/'))
        .map(asFolder)
        .toReversed()
}

function asFolder(path: string): string {
  return path === '' ? '' : `${path}/`
}

function nameOf(path: string, { name }: Locked): string {
  return name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

function purlOf(path: string, locked: Locked): string {
  return `pkg:npm/${nameOf(path, locked).replace('@', '%40')}@${locked.version ?? ''}`
}

function byPackageUrl(a: ShippedPackage, b: ShippedPackage): number {
  return a.purl < b.purl ? -1 : 1
}
