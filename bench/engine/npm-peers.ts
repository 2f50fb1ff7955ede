import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Programs from the package registry that serve folders, both under the MIT licence. */
const packages = { serve: '14.2.7', 'http-server': '14.1.1' } as const
const INSTALL_MS = 120_000

/** Installs the peers beside the machine's temporary files, once; without a network they are reported as missing. */
export function installNpmPeers(): (name: keyof typeof packages) => string {
  const folder = join(tmpdir(), 'spacedrive-bench-peers')
  mkdirSync(folder, { recursive: true })
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`)
  try {
    const options = ['--no-save', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
    execFileSync('npm', ['install', '--prefix', folder, ...options, ...wanted], {
      stdio: 'ignore',
      timeout: INSTALL_MS,
    })
  } catch {
    // No network, or no npm: what is there from before is used.
  }
  return (name) => join(folder, 'node_modules', '.bin', name)
}
