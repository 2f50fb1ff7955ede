import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const bin = mkdtempSync(join(tmpdir(), 'sd-bin-'))
symlinkSync(fileURLToPath(new URL('../bin/spacedrive.mjs', import.meta.url)), join(bin, 'spacedrive'))
const env = { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) }

afterAll(() => rmSync(bin, { recursive: true }))

function has(program: string): boolean {
  try {
    execFileSync(program, ['-c', 'exit 0'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function shell(name: string, ...args: string[]): string[] {
  return execFileSync(name, args, { env, cwd: bin, encoding: 'utf8' }).trim().split('\n')
}

test.runIf(has('bash'))('bash completes words, values and names of files', () => {
  const script = `
    source <(spacedrive completion bash)
    ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spacedrive 2>/dev/null; echo "\${COMPREPLY[*]}"; }
    ask spacedrive loc
    ask spacedrive location res
    ask spacedrive job list --status = comp
    ask spacedrive location add space`
  expect(shell('bash', '--norc', '-c', script)).toEqual(['location', 'rescan resume', 'completed', 'spacedrive'])
})

test.runIf(has('fish'))('fish completes words, with what they mean', () => {
  const script = 'spacedrive completion fish | source; complete -C "spacedrive loc"; complete -C "spacedrive job wa"'
  expect(shell('fish', '--no-config', '-c', script)).toEqual(['location', 'wait\tWait until a job has ended'])
})

test.runIf(has('zsh'))('zsh takes the script and knows both names of the command', () => {
  const script = `autoload -U compinit; compinit -u -D; source <(spacedrive completion zsh)
    print $_comps[spacedrive] $_comps[sd]`
  expect(shell('zsh', '-f', '-c', script)).toEqual(['_spacedrive _spacedrive'])
})
