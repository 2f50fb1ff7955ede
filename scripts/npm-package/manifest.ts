import { manifestOf } from './layout.ts'
import { OLDEST_NODE, type ProductDependencies } from './dependencies.ts'

/** The `package.json` of the package. The one of the checkout describes the workspaces instead. */
export function publishedManifest({ dependencies, optionalDependencies }: ProductDependencies): object {
  const { license, name, version } = manifestOf('.') as { license?: string; name: string; version: string }
  return {
    name,
    version,
    description: 'A personal file system: one library of your files on all your devices and disks.',
    license,
    type: 'module',
    bin: { spacedrive: 'dist/cli/bin/spacedrive.mjs', sd: 'dist/cli/bin/spacedrive.mjs' },
    man: ['./dist/cli/man/spacedrive.1'],
    exports: {
      './client': {
        types: './dist/client/index.d.ts',
        browser: './dist/client/src/index.js',
        default: './dist/client/index.js',
      },
      './package.json': './package.json',
    },
    files: ['dist', 'CHANGELOG.md'],
    engines: { node: `>=${OLDEST_NODE}` },
    dependencies,
    optionalDependencies,
  }
}
