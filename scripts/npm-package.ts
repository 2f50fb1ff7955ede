import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './npm-package/build.ts'
import { productDependencies } from './npm-package/dependencies.ts'
import { ROOT } from './npm-package/layout.ts'
import { publishedManifest } from './npm-package/manifest.ts'

/**
 * Runs before and after `npm pack`, which packs the folder with the `package.json` in it. In between, `package.json` is
 * that of the package, and the checkout's own is kept beside it. Arguments: `before` or `after`.
 */
const MANIFEST = join(ROOT, 'package.json')
const KEPT = join(ROOT, 'package.checkout.json')

if (process.argv[2] === 'before') await before()
else after()

async function before(): Promise<void> {
  // An earlier run was killed.
  after()
  const dependencies = productDependencies()
  await build(dependencies)
  const manifest = publishedManifest(dependencies)
  renameSync(MANIFEST, KEPT)
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`)
}

function after(): void {
  if (existsSync(KEPT)) renameSync(KEPT, MANIFEST)
}
