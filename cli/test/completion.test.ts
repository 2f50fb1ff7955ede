import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { TestHome } from './run-cli.ts'

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

test.runIf(has('bash'))(
  'bash completes the names that the daemon knows, and folders of a disk that is gone',
  async () => {
    await using home = await TestHome.create()
    const disk = join(home.path, 'Blue disk')
    mkdirSync(join(disk, 'Old photos'), { recursive: true })
    writeFileSync(join(disk, 'Old photos', 'a.jpg'), '')
    await home.json('library', 'create', 'My papers')
    const { job } = await home.json<{ job: { id: string } }>('location', 'add', disk, '--name', 'Blue disk', '--wait')
    await home.json('location', 'pause', 'Blue disk')
    renameSync(disk, join(home.path, 'elsewhere'))
    const asked = (...words: string[]) => {
      const script = `source <(spacedrive completion bash)
      ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _spacedrive 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"; }
      ask spacedrive ${words.join(' ')}`
      return execFileSync('bash', ['--norc', '-c', script], { env: home.env, cwd: bin, encoding: 'utf8' }).trim()
    }
    expect(asked('library', 'switch', 'M')).toBe(String.raw`My\ papers`)
    expect(asked('library', 'switch', String.raw`'My\ p'`)).toBe(String.raw`My\ papers`)
    expect(asked('--library', `'"My'`)).toBe('My papers')
    expect(asked('location', 'info', 'Bl')).toBe('Blue disk')
    expect(asked('--instance', 'other', 'location', 'info', 'Bl')).toBe('')
    expect(asked('job', 'info', job.id.slice(-8, -4))).toBe(job.id.slice(-8))
    expect(asked('config', 'get', 'log.le')).toBe('log.level')
    expect(asked('config', 'set', 'log.level', 'de')).toBe('debug')
    expect(asked('config', 'set', 'http.metrics', "''").split('\n')).toEqual(['true', 'false'])
    expect(asked('config', 'unset', 'log.le')).toBe('log.level')
    expect(asked('location', 'rescan', 'Bl')).toBe('Blue disk')
    // Also a folder in a location, on a disk that is gone.
    expect(asked('location', 'rescan', `'${disk}/Ol'`)).toBe(`${disk}/Old photos/`)
    expect(asked('job', 'run', 'ind')).toContain('index')
    expect(asked('engine', 'add', 'ocr', 'chi_').split('\n')).toEqual(['chi_sim', 'chi_tra'])
    expect(asked('engine', 'add', 'transcripts', 'chi_')).toBe('')
    expect(asked('ls', `'${disk}/Ol'`)).toBe(`${disk}/Old photos/`)
  },
)

test.runIf(has('fish'))('fish completes words, with what they mean', () => {
  const script = 'spacedrive completion fish | source; complete -C "spacedrive loc"; complete -C "spacedrive job wa"'
  expect(shell('fish', '--no-config', '-c', script)).toEqual(['location', 'wait\tWait until a job has ended'])
})

test.runIf(has('zsh'))('zsh takes the script and knows both names of the command', () => {
  const script = `autoload -U compinit; compinit -u -D; source <(spacedrive completion zsh)
    print $_comps[spacedrive] $_comps[sd]`
  expect(shell('zsh', '-f', '-c', script)).toEqual(['_spacedrive _spacedrive'])
})
