import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTempDir } from '@spacedrive/core/testing'
import { expect } from 'vitest'

const repository = fileURLToPath(new URL('../..', import.meta.url))
/** The workspaces; each is found by its name, so the copy links to its own. */
const WORKSPACES = ['core', 'client', 'daemon', 'relay', 'cli', 'web']
const COPIED = [...WORKSPACES, 'scripts', 'docs', 'package.json', 'tsconfig.json', 'vitest.config.ts']

/** The sources in another place, with links to the packages, to be changed as a guide says. */
export function copyOfProgram() {
  const temp = createTempDir('program')
  for (const part of COPIED)
    cpSync(join(repository, part), join(temp.path, part), {
      recursive: true,
      filter: (source) => !/\/(dist|node_modules|screenshots)$/.test(source),
    })
  const modules = join(temp.path, 'node_modules')
  mkdirSync(join(modules, '@spacedrive'), { recursive: true })
  for (const name of readdirSync(join(repository, 'node_modules')).filter((each) => each !== '@spacedrive'))
    symlinkSync(join(repository, 'node_modules', name), join(modules, name))
  for (const name of WORKSPACES) symlinkSync(join(temp.path, name), join(modules, '@spacedrive', name))
  return temp
}

/** The code of a guide, block by block. */
export function codeOf(guide: string): string[] {
  const text = readFileSync(join(repository, 'docs/guides', guide), 'utf8')
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!)
}

/** Replaces a text that a file has once; `$&` is that text. */
export function change(file: string, place: string, to: string): void {
  const text = readFileSync(file, 'utf8')
  expect(text.split(place)).toHaveLength(2)
  writeFileSync(file, text.replace(place, to))
}

/** Runs Node in a folder. `output` has the errors, too, if it fails. */
export function run(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const { status, stderr, stdout } = spawnSync(process.execPath, ['--no-warnings', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, NODE_NO_WARNINGS: '1' },
  })
  return { output: status === 0 ? stdout : stdout + stderr, status }
}

/** Runs a test file of the copy. */
export function runTests(copy: string, ...files: readonly string[]) {
  return run(copy, [join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=tap-flat', ...files])
}
