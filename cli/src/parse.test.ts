import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CommandSpec, type FlagSpec, flagSpellings, wordsOf } from './command-spec.ts'
import { allCommands } from './main.ts'
import { parseCommandLine } from './parse.ts'
import { UsageError } from './usage-error.ts'
import { type UsageProblem, problemText } from './usage-problem.ts'

const commands = allCommands()

function parse(line: string) {
  const invocation = parseCommandLine(line.split(' ').filter(Boolean), commands)
  if (invocation.kind !== 'run') return invocation.kind
  return { words: invocation.command.words.join(' '), values: invocation.values, globals: invocation.globals }
}

function refused(line: string): string {
  const { problem } = problemOf(line.split(' '))
  return problem === null ? '' : problemText(problem)
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
    expect(parse('file sizes')).toMatchObject({ values: { path: '.' } })
  })

  test('takes a setting alone as true, and never the next word for its value', () => {
    expect(parse('search --hidden holiday')).toMatchObject({ values: { query: ['holiday'], hidden: true } })
    expect(parse('location update Pictures --watch false')).toMatchObject({
      values: { location: 'Pictures', watch: false },
    })
    expect(parse('scan /x --watch')).toMatchObject({ values: { path: '/x', watch: true } })
  })

  test('takes a value behind a space or an equals sign, and the last of several', () => {
    expect(parse('search x --limit 3 --limit=5')).toMatchObject({ values: { limit: 5 } })
    expect(parse('location add /x --name=a=b --max-depth=-1')).toMatchObject({ values: { name: 'a=b', maxDepth: -1 } })
    expect(parse('search x --type image --kind video,audio')).toMatchObject({
      values: { type: ['image', 'video', 'audio'] },
    })
    expect(parse('location update x --watch=no')).toMatchObject({ values: { watch: false } })
  })

  test('takes letters together, numbers below zero as words, and every word behind two dashes', () => {
    expect(parse('status -vq')).toMatchObject({ globals: { verbose: true, quiet: true } })
    expect(parse('library create -5.5')).toMatchObject({ values: { name: '-5.5' } })
    expect(parse('library create -- --json')).toMatchObject({ values: { name: '--json' }, globals: {} })
    expect(parse('search --hidden -- true')).toMatchObject({ values: { query: ['true'], hidden: true } })
    expect(parse('file cat - -')).toMatchObject({ values: { file: ['-', '-'] } })
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

function problemOf(argv: readonly string[]): { problem: UsageProblem | null; suggestions: readonly string[] } {
  try {
    parseCommandLine(argv, commands)
  } catch (err) {
    if (err instanceof UsageError) return { problem: err.problem, suggestions: err.suggestions }
    throw err
  }
  throw new Error(`${argv.join(' ')} was understood`)
}

const modes = ['shallow', 'content', 'deep', 'metadata']

describe('a command line that makes no sense', () => {
  test.each<[line: string, problem: UsageProblem, suggestion?: string]>([
    ['locaton add /x', { kind: 'unknown-command', typed: 'locaton' }, 'spacedrive location add'],
    ['location ad', { kind: 'unknown-command', typed: 'location ad' }, 'spacedrive location add'],
    ['add', { kind: 'unknown-command', typed: 'add' }, 'spacedrive location add'],
    ['lib', { kind: 'unknown-command', typed: 'lib' }, 'spacedrive library'],
    ['location rem', { kind: 'unknown-command', typed: 'location rem' }, 'spacedrive location remove'],
    ['locaton --help', { kind: 'unknown-command', typed: 'locaton' }, 'spacedrive location'],
    ['daemon stop', { kind: 'unknown-command', typed: 'daemon stop' }, 'spacedrive stop'],
    ['find holiday', { kind: 'unknown-command', typed: 'find' }, 'spacedrive search'],
    ['ps', { kind: 'unknown-command', typed: 'ps' }, 'spacedrive status'],
    ['rm x', { kind: 'unknown-command', typed: 'rm' }, 'spacedrive location remove'],
    ['job kill 1', { kind: 'unknown-command', typed: 'job kill' }, 'spacedrive job cancel'],
    ['strat', { kind: 'unknown-command', typed: 'strat' }, 'spacedrive start'],
    ['stats', { kind: 'unknown-command', typed: 'stats' }, 'spacedrive statistics'],
    ['daemon lst', { kind: 'unknown-command', typed: 'daemon lst' }, 'spacedrive daemon list'],
    ['--colour', { kind: 'unknown-flag', flag: '--colour' }, '--no-color'],
    ['location --jsn', { kind: 'unknown-flag', flag: '--jsn' }, '--json'],
    ['job list --stauts=running', { kind: 'unknown-flag', flag: '--stauts' }, '--status'],
    ['location add /x --watch', { kind: 'unknown-flag', flag: '--watch' }, '--no-watch'],
    ['status -json', { kind: 'unknown-flag', flag: '-json' }, '--json'],
    ['status -vx', { kind: 'unknown-flag', flag: '-vx' }],
    ['location add /x --mode', { kind: 'missing-value', flag: '--mode', choices: modes }],
    ['status --library', { kind: 'missing-value', flag: '--library', choices: [] }],
    ['search x --limit --json', { kind: 'ambiguous-value', flag: '--limit', value: '--json' }],
    ['status --json=yes', { kind: 'unwanted-value', flag: '--json', value: 'yes' }],
    ['location add /x --no-watch=no', { kind: 'unwanted-value', flag: '--no-watch', value: 'no' }],
    [
      'location add /x --mode shalow',
      { kind: 'invalid-choice', name: '--mode', value: 'shalow', choices: modes },
      'shallow',
    ],
    [
      'search --type picture',
      { kind: 'invalid-choice', name: '--type', value: 'picture', choices: expect.arrayContaining(['image']) },
      'image',
    ],
    [
      'completion ash',
      { kind: 'invalid-choice', name: 'shell', value: 'ash', choices: ['bash', 'zsh', 'fish', 'pwsh'] },
      'bash',
    ],
    ['job list --limit x', { kind: 'invalid-number', name: '--limit', value: 'x' }],
    ['job list --limit=', { kind: 'invalid-number', name: '--limit', value: '' }],
    ['location update x --watch=maybe', { kind: 'invalid-boolean', name: '--watch', value: 'maybe' }],
    ['location update x --watch maybe', { kind: 'invalid-boolean', name: '--watch', value: 'maybe' }],
    ['scan --watch /x /y', { kind: 'excess-arguments', values: ['/y'] }],
    ['location add', { kind: 'missing-argument', name: 'path', summary: expect.stringMatching(/folder/) }],
    ['network spacedrop laptop', { kind: 'missing-argument', name: 'paths', summary: expect.any(String) }],
    ['location info a b c', { kind: 'excess-arguments', values: ['b', 'c'] }],
    ['location info a -- --json', { kind: 'excess-arguments', values: ['--json'] }],
    ['status -5.5', { kind: 'excess-arguments', values: ['-5.5'] }],
  ])('%s', (line, problem, suggestion) => {
    const found = problemOf(line.split(' '))
    expect(found.problem).toEqual(problem)
    expect(found.suggestions[0]).toBe(suggestion)
  })

  test('JSON that cannot be read is reported with the reason', () => {
    const { problem } = problemOf(['job', 'run', 'index', '--input', '{'])
    expect(problem).toMatchObject({ kind: 'invalid-json', name: '--input', reason: expect.stringContaining('JSON') })
  })

  test('help is shown whatever else is wrong with the line', () => {
    expect(['location add --mode nope --help', 'location --foo -h', 'status --help --version'].map(parse)).toEqual([
      'help',
      'help',
      'help',
    ])
  })

  test.each(['volume add-cloud x', 'search x --tag y', 'file copy a b', 'sync status', 'library export /x'])(
    'what is not there yet is not known: %s',
    (line) => {
      expect(refused(line)).toMatch(/^(there is no command|unknown option)/)
    },
  )

  test.each(['file copy a b'])('help about what is not there is not given: %s', (line) => {
    expect(refused(`${line} --help`)).toMatch(/^there is no command/)
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

/** A flag with one of its values, as a user may type it. */
interface Typed {
  readonly field: string
  readonly value: unknown
  readonly words: readonly string[]
}

function typedFlag(flag: FlagSpec): fc.Arbitrary<Typed> {
  return fc
    .record({ value: valueFor(flag), spelling: fc.constantFrom(...flagSpellings(flag)), isInline: fc.boolean() })
    .map(({ isInline, spelling, value: { text, value } }) => {
      const words =
        text === null ? [spelling] : isInline && spelling.startsWith('--') ? [`${spelling}=${text}`] : [spelling, text]
      return { field: flag.field, value, words }
    })
}

/** The text of a value, and the value that the parser must give back. */
function valueFor({ choices, kind }: FlagSpec): fc.Arbitrary<{ text: string | null; value: unknown }> {
  const text = choices.length > 0 ? fc.constantFrom(...choices) : fc.string({ minLength: 1 }).map((part) => `v${part}`)
  switch (kind) {
    case 'switch':
      return fc.constant({ text: null, value: true })
    case 'off':
      return fc.constant({ text: null, value: false })
    case 'boolean':
      return fc.boolean().map((value) => ({ text: String(value), value }))
    case 'number':
      return fc.integer().map((value) => ({ text: String(value), value }))
    case 'list':
      return fc
        .array(fc.constantFrom(...(choices.length > 0 ? choices : ['a', 'b c', '-d'])), { minLength: 1 })
        .map((value) => ({ text: value.join(','), value }))
    case 'json':
      return fc.jsonValue().map((value) => {
        const written = JSON.stringify(value)
        return { text: written, value: JSON.parse(written) as unknown }
      })
    case 'text':
    case 'path':
      return text.map((value) => ({ text: value, value }))
    case 'rest':
      throw new Error('takes every word behind it, so it stands alone at the end')
  }
}

/** A flag that takes every word behind it, with these words, or nothing. */
function typedRest({ flags }: CommandSpec): fc.Arbitrary<Typed | null> {
  const flag = flags.find(({ kind }) => kind === 'rest')
  if (!flag) return fc.constant(null)
  const behind = fc.array(fc.oneof(fc.string(), fc.constantFrom('--', '--json', '-h', '{}')), {
    minLength: 1,
    maxLength: 4,
  })
  return fc.option(behind.map((value) => ({ field: flag.field, value, words: [`--${flag.name}`, ...value] })))
}

function typedArguments({ args }: CommandSpec): fc.Arbitrary<readonly string[]> {
  const word = (choices: readonly string[]) =>
    choices.length > 0 ? fc.constantFrom(...choices) : fc.string({ minLength: 1 }).map((part) => `w${part}`)
  return fc.tuple(...args.map(({ choices }) => word(choices)))
}

interface TypedLine {
  readonly command: CommandSpec
  readonly words: readonly string[]
  readonly args: readonly string[]
  readonly flags: readonly Typed[]
  readonly rest: Typed | null
}

const typedLine: fc.Arbitrary<TypedLine> = fc.constantFrom(...commands).chain((command) =>
  fc.record({
    command: fc.constant(command),
    words: fc.constantFrom(...wordsOf(command)),
    args: typedArguments(command),
    flags: fc
      .subarray(command.flags.filter(({ kind }) => kind !== 'rest'))
      .chain((flags) => fc.tuple(...flags.map(typedFlag)))
      .chain((typed) => fc.shuffledSubarray(typed, { minLength: typed.length })),
    rest: typedRest(command),
  }),
)

/** Throws any error but one with a problem. */
function outcomeOf(read: () => string): string {
  try {
    return read()
  } catch (err) {
    if (err instanceof UsageError && err.problem !== null && err.message === problemText(err.problem)) return 'refused'
    throw err
  }
}

describe('any command line', () => {
  test('that is spelled out from values gives them back, whatever their order and spelling', () => {
    fc.assert(
      fc.property(typedLine, ({ args, command, flags, rest, words }) => {
        const argv = [...words, ...flags.flatMap((flag) => flag.words), ...args, ...(rest?.words ?? [])]
        const invocation = parseCommandLine(argv, commands)
        if (invocation.kind !== 'run') throw new Error(`is ${invocation.kind}`)
        const expected = Object.fromEntries([
          ...command.args.map(({ name, variadic }, at) => [name, variadic ? [args[at]] : args[at]]),
          ...[...flags, ...(rest ? [rest] : [])].map(({ field, value }) => [field, value]),
        ])
        expect(invocation.command).toBe(command)
        expect(invocation.values).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  test('is understood, or refused with a problem that has a text', () => {
    const words = commands.flatMap((command) => [...command.words, ...command.flags.flatMap(flagSpellings)])
    const word = fc.oneof(
      fc.constantFrom(...words, '--', '-', '-1', '--json', '-vq', '--no-', '=', '--=x'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.constantFrom(...commands), fc.array(word, { maxLength: 6 }), (command, rest) => {
        const read = () => parseCommandLine([...command.words, ...rest], commands).kind
        expect(['run', 'help', 'version', 'refused']).toContain(outcomeOf(read))
      }),
      { numRuns: 500 },
    )
  })
})
