import { describe, expect, test } from 'vitest'
import { allCommands } from './main.ts'
import { parseCommandLine } from './parse.ts'
import { UsageError } from './usage-error.ts'

const commands = allCommands()

function parse(line: string) {
  const invocation = parseCommandLine(line.split(' ').filter(Boolean), commands)
  if (invocation.kind !== 'run') return invocation.kind
  return { words: invocation.command.words.join(' '), values: invocation.values, globals: invocation.globals }
}

function refused(line: string): { message: string; suggestions: readonly string[] } {
  try {
    parse(line)
  } catch (err) {
    if (err instanceof UsageError) return { message: err.message, suggestions: err.suggestions }
    throw err
  }
  throw new Error(`${line} was understood`)
}

describe('a command line', () => {
  test('gives the values that were typed, and no defaults', () => {
    expect(
      parse('location add /photos --mode deep --no-watch --max-depth 3 --rules a,b --rules c --wait'),
    ).toMatchObject({
      words: 'location add',
      values: { path: '/photos', mode: 'deep', watch: false, maxDepth: 3, rules: ['a', 'b', 'c'], wait: true },
    })
    expect(parse('location add /photos')).toMatchObject({ values: { path: '/photos' } })
  })

  test.each([
    '--json --instance alice library list',
    'library list --json --instance alice',
    'library --instance alice list --json',
  ])('takes global flags anywhere: %s', (line) => {
    expect(parse(line)).toMatchObject({ words: 'library list', globals: { json: true, instance: 'alice' } })
  })

  test('knows both spellings of a command', () => {
    expect(parse('ls /x')).toMatchObject({ words: 'file list', values: { path: '/x' } })
    expect(parse('info /x')).toMatchObject({ words: 'file info' })
    expect(parse('daemon')).toMatchObject({ words: 'status' })
    expect(parse('daemon status')).toMatchObject({ words: 'status' })
    expect(parse('daemon list')).toMatchObject({ words: 'instance list' })
    expect(parse('search x --kind image')).toMatchObject({ values: { query: ['x'], type: ['image'] } })
  })

  test('fills in what an absent argument means', () => {
    expect(parse('ls')).toMatchObject({ values: { path: '.' } })
    expect(parse('quickstart')).toMatchObject({ values: { path: '.' } })
  })

  test('takes a setting alone as true, and never the next word for its value', () => {
    expect(parse('search --hidden holiday')).toMatchObject({ values: { query: ['holiday'], hidden: true } })
    expect(parse('location update Pictures --watch false')).toMatchObject({
      values: { location: 'Pictures', watch: false },
    })
    expect(parse('scan /x --watch')).toMatchObject({ values: { path: '/x', watch: true } })
  })

  test('reads JSON where a value may be anything', () => {
    expect(parse('job run index --input {"a":[1]}')).toMatchObject({ values: { name: 'index', input: { a: [1] } } })
  })

  test('without a command asks for help', () => {
    expect(['', '--help', 'location', 'location add --help'].map(parse)).toEqual(['help', 'help', 'help', 'help'])
    expect(parse('--version')).toBe('version')
  })
})

/** Every command that scripts and people rely on, with every flag it promises. */
const specified = [
  'start --foreground', 'stop', 'restart', 'status', 'daemon', 'daemon status', 'daemon list', 'instance list',
  'instance stop x', 'service install --user', 'service uninstall --user', 'service status --user',
  'quickstart', 'quickstart /x --once --mode deep', 'doctor --bundle x.tar.gz', 'web expose', 'web expose --off', 'mcp',
  'library create x --path /x', 'library list', 'library open /x', 'library switch x', 'library current',
  'library info', 'library close', 'library rename x', 'library delete x --keep-files', 'library backup',
  'library check', 'library optimize',
  'location add /x --name x --mode shallow --max-depth 3 --rules a,b --no-watch --wait', 'location list --verbose',
  'location info x', 'location update x --watch true --mode content --name y', 'location update x --policy thumb=off,ocr=on', 'location pause x',
  'location resume x', 'location rescan x --force --wait', 'location remove x',
  'index quick-scan /x --scope current --ephemeral', 'index browse /x --scope recursive --content',
  'index location x --scope recursive --mode deep', 'index verify x --fix', 'index explain /x', 'scan /x --mode deep --watch',
  'job list --status failed --device x', 'job info x', 'job monitor --job-id x', 'job wait x', 'job pause x',
  'job resume x', 'job cancel x', 'job retry x', 'job types', 'job run x --input {}',
  'file list /x', 'file info /x', 'file duplicates --verify', 'file open /x', 'ls', 'info /x',
  'search x --type image --kind video --ext a --location l --hidden --size >1MB --modified today --sort size --limit 3 --cursor c --content',
  'volume list --all', 'volume info x', 'volume track x --name y', 'volume untrack x', 'volume speed-test x',
  'device list', 'device info', 'device rename x',
  'location add /x --policy thumb=grid@2x+icon@1x', 'file cat sidecar://*/thumbs/grid@2x.webp', 'cat /x',
  'sidecar list x --kind thumb --show-paths', 'sidecar presence x y --kind thumb', 'sidecar path x --kind thumb --variant grid@2x',
  'sidecar usage', 'sidecar pending --failed', 'sidecar regenerate x --kind ocr --variant default', 'sidecar retry', 'sidecar retry x',
  'sidecar cleanup --dry-run --older-than 180d', 'sidecar verify', 'sidecar reconcile',
  'monitor', 'system logs --tail 3 --follow', 'config get', 'config get x', 'config set x y', 'config explain x',
  'completion bash', 'completion zsh', 'completion fish', 'completion pwsh', 'help exit-codes',
  '--instance x --data-dir /x --library y --json --jsonl -v -q --no-color --no-input -y --no-start status',
] // oxfmt-ignore

describe('a command line that makes no sense', () => {
  test.each([
    ['locaton add /x', 'there is no command "locaton"', 'spacedrive location add'],
    ['location ad', 'there is no command "location ad"', 'spacedrive location add'],
    ['add', 'there is no command "add"', 'spacedrive location add'],
    ['lib', 'there is no command "lib"', 'spacedrive library'],
    ['location rem', 'there is no command "location rem"', 'spacedrive location remove'],
    ['locaton --help', 'there is no command "locaton"', 'spacedrive location'],
    ['strat', 'there is no command "strat"', 'spacedrive start'],
    ['job list --stauts running', 'unknown option "--stauts"', '--status'],
    [
      'location add /x --mode shalow',
      '--mode cannot be "shalow"; it is one of shallow, content, deep, metadata',
      'shallow',
    ],
  ])('%s: says what and suggests the nearest', (line, message, suggestion) => {
    const error = refused(line)
    expect(error.message).toBe(message)
    expect(error.suggestions[0]).toBe(suggestion)
  })

  test.each([
    ['location add', 'missing required argument "path"'],
    ['job list --limit x', '--limit cannot be "x"; it is a number'],
    ['location info a b', 'unexpected "b"'],
    ['--colour', 'unknown option "--colour"'],
  ])('%s: says what', (line, message) => {
    expect(refused(line).message).toBe(message)
  })

  test.each(['volume add-cloud x', 'search x --tag y', 'file copy a b', 'sync status', 'library export /x'])(
    'what is not there yet is not known: %s',
    (line) => {
      expect(refused(line).message).toMatch(/^(there is no command|unknown option)/)
    },
  )

  test.each(['file copy a b'])('help about what is not there is not given: %s', (line) => {
    expect(refused(`${line} --help`).message).toMatch(/^there is no command/)
  })

  test('what the specification has is there: every command of the engine, and every flag', () => {
    const unknown = specified.filter((line) => {
      try {
        parse(line)
        return false
      } catch {
        return true
      }
    })
    expect(unknown).toEqual([])
  })
})
