import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { createTempDir } from '../../testing/temp-dir.ts'
import { displayName, fsPath } from '../util/file-name.ts'
import { reachable } from '../util/reachable-path.ts'
import { limitAdvice } from './inotify-limit.ts'
import {
  createBackend,
  defaultWatchLimits,
  type DirtyFolder,
  type FolderFilter,
  type WatchFunction,
  type WatchLimits,
  type WatchProblem,
} from './index.ts'
import { systemWatch } from './native-folder-watcher.ts'

describe.runIf(process.platform === 'linux')('one watch a folder', () => {
  test('folders beyond the limit of watches are polled, and one problem says what to do', async () => {
    await using world = openWorld({ watch: limitedTo(() => 3, 'ENOSPC') })
    for (let i = 0; i < 10; i++) world.write(`folder-${i}/file`, 'x')
    expect(await world.watch()).toEqual({ directories: 11 })

    for (let i = 0; i < 10; i++) world.write(`folder-${i}/new`, 'x')
    for (let i = 0; i < 10; i++) await world.hears(`folder-${i}`, 'new')
    for (let i = 0; i < 10; i++) world.write(`folder-${i}/file`, 'edited in place')
    for (let i = 0; i < 10; i++) await world.hears(`folder-${i}`, 'file')
    world.write('folder-9/sub/file', 'x')
    await world.hears('folder-9/sub', 'file')

    expect(world.problems).toMatchObject([{ key: 'root', kind: 'limit', path: world.root }])
    expect(world.problems[0]?.message).toContain('8 folders are looked at every few seconds')
    expect(world.problems[0]?.help).toMatch(/^sudo sysctl fs\.inotify\.max_user_watches=\d+\n.*\/etc\/sysctl\.d\//)
  })

  test('too few watchers or open files is such a limit too', async () => {
    await using world = openWorld({ watch: limitedTo(() => 0, 'EMFILE') })
    world.write('folder/file', 'x')
    await world.watch()

    world.write('folder/new', 'x')
    await world.hears('folder', 'new')
    expect(world.problems).toMatchObject([{ kind: 'limit' }])
    expect(world.problems[0]?.help).toContain('sudo sysctl fs.inotify.max_user_instances=')
  })

  test('once the limit is raised, polled folders are watched, and what happened meanwhile is looked at', async () => {
    let allowed = 2
    const watched = new Set<string>()
    const limited = limitedTo(() => allowed, 'ENOSPC')
    const watch: WatchFunction = (path, ...rest) => {
      const handle = limited(path, ...rest)
      watched.add(path.toString())
      return handle
    }
    await using world = openWorld({ watch, limits: { retryMs: 20, pollMs: 60_000 } })
    for (const name of ['a', 'b', 'c']) world.write(`${name}/file`, 'x')
    await world.watch()
    expect(watched.size).toBe(2)

    for (const name of ['a', 'b', 'c']) world.write(`${name}/new`, 'x')
    allowed = 100
    for (const name of ['a', 'b', 'c']) await world.hears(name, 'new')
    expect(watched).toEqual(new Set([world.root, ...['a', 'b', 'c'].map((name) => world.path(name))]))
  })

  test('the command names a limit that is large enough', () => {
    const advice = limitAdvice({ code: 'ENOSPC', folders: 400_000 }, () => 500_000)
    expect(advice.help.split('\n')[0]).toBe('sudo sysctl fs.inotify.max_user_watches=2097152')
    expect(limitAdvice({ code: 'ENOSPC', folders: 1 }, () => 8_192)).toEqual({
      message: 'the system allows only 8192 watched folders per user; 1 folder is looked at every few seconds instead',
      help: [
        'sudo sysctl fs.inotify.max_user_watches=524288',
        'echo fs.inotify.max_user_watches=524288 | sudo tee -a /etc/sysctl.d/60-spacedrive.conf',
      ].join('\n'),
    })
  })

  test('more events than the system may have held are an overflow: all is looked at, and new folders are watched', async () => {
    await using world = openWorld({ queueLength: 100 })
    world.folder('a/b')
    await world.watch()

    for (let i = 0; i < 200; i++) world.write(`file-${i}`, 'x')
    await world.hearsTree('')
    world.write('a/b/later', 'x')
    await world.hears('a/b', 'later')
    expect(world.problems).toMatchObject([{ key: 'root', kind: 'overflow', path: world.root }])
  })

  test('an error of a watch is an overflow too', async () => {
    let fail = silentlyIgnore
    const watch: WatchFunction = (path, options, listener) => {
      const handle = systemWatch(path, options, listener)
      return { close: () => handle.close(), on: (_event, onError) => (fail = onError) }
    }
    await using world = openWorld({ watch })
    await world.watch()

    fail(new Error('the buffer was too small'))
    await world.hearsTree('')
    expect(world.problems).toMatchObject([{ kind: 'overflow' }])
  })

  test('a folder that cannot be read is a problem of its own, said once; it is watched when it can be', async () => {
    let isLocked = true
    const watch: WatchFunction = (path, ...rest) => {
      if (isLocked && path.toString().endsWith('locked')) throw systemError('EACCES')
      return systemWatch(path, ...rest)
    }
    await using world = openWorld({ watch })
    world.write('locked/file', 'x')
    world.folder('open')
    await world.watch()
    world.write('open/file', 'x')
    await world.hears('open', 'file')
    expect(world.problems).toMatchObject([{ kind: 'unreadable', path: world.path('locked') }])

    isLocked = false
    execFileSync('chmod', ['0755', world.path('locked')])
    await world.hearsTree('locked')
    world.write('locked/later', 'x')
    await world.hears('locked', 'later')
    expect(world.problems).toHaveLength(1)
  })

  test('a root that cannot be watched is refused', async () => {
    await using world = openWorld({ watch: limitedTo(() => 0, 'EACCES') })
    await expect(world.watch()).rejects.toMatchObject({ code: 'PermissionDenied' })
    await expect(world.watch()).rejects.toMatchObject({ code: 'PermissionDenied' })
  })

  test('folders that rules hide are not watched, also where they are new', async () => {
    const watched: string[] = []
    const watch = notingIn(watched)
    await using world = openWorld({ watch, filter: hiddenByList })
    world.write('.hide', 'cache')
    world.write('cache/deep/file', 'x')
    world.write('sub/cache/file', 'x')
    await world.watch()
    expect(watched.toSorted()).toEqual([world.root, world.path('sub')])

    world.write('new/cache/deep/file', 'x')
    await world.hearsTree('new')
    expect(watched).toHaveLength(3)
    expect(world.heard().map(({ dir }) => displayName(dir))).not.toContain(world.path('new/cache'))
  })

  test('when the rules of a folder change, everything below it is looked at and watched by the new ones', async () => {
    await using world = openWorld({ filter: hiddenByList })
    world.write('a/.hide', 'cache')
    world.write('a/cache/deep/file', 'x')
    world.write('a/b/c/file', 'x')
    await world.watch()

    world.write('a/.hide', 'b')
    await world.hearsTree('a')
    world.forget()
    world.write('a/b/c/hidden-now', 'x')
    world.write('a/cache/deep/shown-now', 'x')
    await world.hears('a/cache/deep', 'shown-now')
    expect(world.heard().map(({ dir }) => dir)).not.toContain(world.path('a/b/c'))
  })

  test('paths longer than the system takes are watched', async () => {
    await using world = openWorld()
    const deep = Array.from({ length: 30 }, (_, i) => `${i}-`.padEnd(200, 'x'))
    let path = world.root
    for (const name of deep) makeFolder((path = `${path}/${name}`))
    expect(await world.watch()).toEqual({ directories: 31 })

    makeFolder(`${path}/new`)
    await world.hearsTree(`${deep.join('/')}/new`)
    using file = reachable(`${path}/new/file`)
    writeFileSync(fsPath(file.path), 'x')
    await world.hears(`${deep.join('/')}/new`, 'file')
  })

  test('a batch too large for one message comes in parts', async () => {
    await using world = openWorld({ limits: { batchSize: 10 } })
    await world.watch()
    for (let i = 0; i < 30; i++) world.write(`folder-${i}/file`, 'x')

    for (let i = 0; i < 30; i++) await world.hearsTree(`folder-${i}`)
    expect(world.batchSizes.length).toBeGreaterThanOrEqual(4)
  })

  test('a folder that is moved keeps its watches and is reported whole; what came in it meanwhile is watched too', async () => {
    const watched: string[] = []
    const watch = notingIn(watched)
    await using world = openWorld({ watch, filter: hiddenByList })
    world.write('from/folder/a/b/file', 'x')
    world.folder('to')
    await longerThanATick()
    await world.watch()

    watched.length = 0
    renameSync(world.path('from/folder'), world.path('to/other'))
    await world.hearsTree('to/other')
    world.write('to/other/a/b/later', 'x')
    await world.hears('to/other/a/b', 'later')
    expect(watched).toEqual([])

    world.folder('to/other/a/new')
    renameSync(world.path('to/other'), world.path('from/again'))
    await world.hearsTree('from/again')
    world.write('from/again/a/new/file', 'x')
    await world.hears('from/again/a/new', 'file')
    expect(watched.filter((path) => !path.endsWith('/new'))).toEqual([])
  })

  test('a folder that is moved to where other rules hold is watched by those', async () => {
    const watched: string[] = []
    const watch = notingIn(watched)
    await using world = openWorld({ watch, filter: hiddenByList })
    world.write('from/.hide', 'cache')
    world.write('from/folder/cache/file', 'x')
    world.write('from/folder/deep/file', 'x')
    world.write('to/.hide', 'deep')
    await longerThanATick()
    await world.watch()

    watched.length = 0
    renameSync(world.path('from/folder'), world.path('to/folder'))
    await world.hears('to/folder/cache', 'file')
    world.write('to/folder/cache/later', 'x')
    await world.hears('to/folder/cache', 'later')
    expect(watched).toEqual([world.path('to/folder/cache')])
    world.forget()
    world.write('to/folder/deep/hidden-now', 'x')
    world.write('to/folder/cache/last', 'x')
    await world.hears('to/folder/cache', 'last')
    expect(world.heard().map(({ dir }) => dir)).not.toContain(world.path('to/folder/deep'))
  })

  test.each(['inner', 'inner/deep'])(
    'a folder that moves before its %s is watched loses nothing below it',
    async (below) => {
      const meanwhile = new Map<string, () => void>()
      const watched = new Set<string>()
      const watch: WatchFunction = (path, ...rest) => {
        const step = meanwhile.get(path.toString())
        meanwhile.delete(path.toString())
        step?.()
        const handle = systemWatch(path, ...rest)
        watched.add(path.toString())
        return handle
      }
      await using world = openWorld({ watch })
      using elsewhere = createTempDir()
      mkdirSync(join(elsewhere.path, 'folder/inner/deep'), { recursive: true })
      world.folder('to')
      await longerThanATick()
      await world.watch()

      meanwhile.set(world.path(`folder/${below}`), () => renameSync(world.path('folder'), world.path('to/folder')))
      renameSync(join(elsewhere.path, 'folder'), world.path('folder'))
      await vi.waitUntil(() => watched.has(world.path('to/folder/inner/deep')), WAIT)
      await world.hearsTree('to/folder')
      world.forget()
      world.write('to/folder/inner/deep/later', 'x')
      await world.hears('to/folder/inner/deep', 'later')
      expect(world.problems).toEqual([])
    },
  )

  test.each([
    { when: 'just before a folder in one of them is watched', path: 'dist/inner', after: false },
    { when: 'between the watch of one and the look at it', path: 'dist', after: true },
  ])('folders that are swapped $when are both watched', async ({ path, after }) => {
    const meanwhile = new Map<string, () => void>()
    await using world = openWorld({ watch: steppingIn(meanwhile, { after }) })
    using elsewhere = createTempDir()
    mkdirSync(join(elsewhere.path, 'dist/inner'), { recursive: true })
    world.folder('dist.new/inner')
    await longerThanATick()
    await world.watch()

    meanwhile.set(world.path(path), () => {
      renameSync(world.path('dist'), world.path('dist.old'))
      renameSync(world.path('dist.new'), world.path('dist'))
    })
    renameSync(join(elsewhere.path, 'dist'), world.path('dist'))
    // A change before the move is reported would make all of it be looked at again.
    await world.hearsTree('dist.old')
    for (const folder of ['dist', 'dist.old', 'dist/inner', 'dist.old/inner']) await world.comesToNotice(folder)
    expect(world.problems).toEqual([])
  })

  test('folders that are swapped while all is compared are both watched', async () => {
    const meanwhile = new Map<string, () => void>()
    const filter: FolderFilter<readonly string[]> = {
      ...hiddenByList,
      enter: (_above, dir) => {
        const path = displayName(dir)
        const step = meanwhile.get(path)
        meanwhile.delete(path)
        step?.()
        return []
      },
    }
    await using world = openWorld({ filter })
    using elsewhere = createTempDir()
    mkdirSync(join(elsewhere.path, 'dist/inner'), { recursive: true })
    world.folder('top/dist/inner')
    await longerThanATick()
    await world.watch()
    // It is compared before its sibling, because the last child is taken first.
    world.folder('top/zzz/sub')
    await world.comesToNotice('top/zzz/sub')

    meanwhile.set(world.path('top/zzz'), () => {
      renameSync(world.path('top/dist'), world.path('top/dist.old'))
      renameSync(join(elsewhere.path, 'dist'), world.path('top/dist'))
    })
    execFileSync('chmod', ['0711', world.path('top')])
    await world.hearsTree('top/dist.old')
    for (const folder of ['top/dist/inner', 'top/dist.old/inner']) await world.comesToNotice(folder)
    expect(world.problems).toEqual([])
  })

  test('a change in a folder that was away when it was looked at, and came back, is reported again', async () => {
    const meanwhile = new Map<string, () => void>()
    const filter: FolderFilter<readonly string[]> = {
      ...hiddenByList,
      hides: (_inside, dir, name) => {
        meanwhile.get(`${displayName(dir)}/${displayName(name)}`)?.()
        return false
      },
    }
    await using world = openWorld({ filter })
    world.folder('above/folder')
    await longerThanATick()
    await world.watch()

    meanwhile.set(world.path('first'), () => {
      renameSync(world.path('above'), world.path('above.away'))
      meanwhile.clear()
    })
    world.folder('first')
    world.write('above/folder/new', 'x')
    await vi.waitUntil(() => meanwhile.size === 0, WAIT)
    await world.hears('above/folder', 'new')
    world.forget()
    renameSync(world.path('above.away'), world.path('above'))
    await world.hears('above/folder', 'new')
    expect(world.problems).toEqual([])
  })

  test('a file moved between folders is reported at both ends in one batch', async () => {
    await using world = openWorld()
    world.write('from/file', 'x')
    world.folder('to')
    await world.watch()

    renameSync(world.path('from/file'), world.path('to/file'))
    await world.hears('to', 'file')
    expect(world.heard()).toEqual([
      { dir: world.path('from'), names: ['file'], subtree: false },
      { dir: world.path('to'), names: ['file'], subtree: false },
    ])
  })
})

interface WorldOptions {
  readonly watch?: WatchFunction
  readonly limits?: Partial<WatchLimits>
  readonly queueLength?: number
  readonly filter?: FolderFilter<readonly string[]>
}

const WAIT = { interval: 10 }
const shortLimits = { quietMs: 20, burstMs: 60, rootCheckMs: 50, overflowMs: 30, pollMs: 10 }

/** A folder of its own and a backend to watch it. */
function openWorld({ limits, filter, ...options }: WorldOptions = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')))
  const heard: DirtyFolder[] = []
  const batchSizes: number[] = []
  const problems: WatchProblem[] = []
  const path = (below: string) => (below === '' ? root : `${root}/${below}`)
  const backend = createBackend({
    kind: 'folders',
    limits: { ...defaultWatchLimits, ...shortLimits, ...limits },
    filterFor: () => filter ?? null,
    events: {
      onProblem: (problem) => void problems.push(problem),
      onBatch: ({ dirs }) => {
        heard.push(...dirs)
        batchSizes.push(dirs.reduce((sum, { names }) => sum + 1 + (names?.length ?? 0), 0))
      },
    },
    ...options,
  })
  return {
    root,
    path,
    problems,
    batchSizes,
    heard: () => heard,
    forget: () => (heard.length = 0),
    folder: (below: string) => mkdirSync(path(below), { recursive: true }),
    write: (below: string, text: string) => {
      mkdirSync(join(path(below), '..'), { recursive: true })
      writeFileSync(path(below), text)
    },
    watch: () => backend.watch({ key: 'root', path: root, maxDepth: null }),
    hears: (folder: string, name: string) =>
      vi.waitFor(
        () =>
          expect(
            heard.some((dirty) => covers(dirty, path(folder), name)),
            `${folder}/${name}`,
          ).toBe(true),
        WAIT,
      ),
    /** Writes new files until the watch of the very folder reports one by its name. */
    comesToNotice: async (folder: string) => {
      const own = `noticed-in-${folder.replaceAll('/', '-')}-`
      let count = 0
      await vi.waitFor(() => {
        writeFileSync(path(`${folder}/${own}${count++}`), 'x')
        const names = heard.filter(({ dir }) => dir === path(folder)).flatMap((dirty) => dirty.names ?? [])
        expect(names.some((name) => displayName(name).startsWith(own))).toBe(true)
      }, WAIT)
    },
    hearsTree: (folder: string) =>
      vi.waitFor(() => expect(heard).toContainEqual({ dir: path(folder), names: null, subtree: true }), WAIT),
    [Symbol.asyncDispose]: async () => {
      await backend[Symbol.asyncDispose]()
      // Node cannot remove what has too long a path.
      execFileSync('rm', ['-rf', root])
    },
  }
}

/** A folder made a moment ago could be taken for another in its place. */
async function longerThanATick(): Promise<void> {
  const madeAt = Date.now()
  await vi.waitUntil(() => Date.now() - madeAt > 150, WAIT)
}

function covers({ dir, names, subtree }: DirtyFolder, folder: string, name: string): boolean {
  if (subtree && `${folder}/`.startsWith(`${displayName(dir)}/`)) return true
  return dir === folder && (names === null || names.includes(name))
}

function makeFolder(path: string): void {
  using short = reachable(path)
  mkdirSync(fsPath(short.path))
}

function silentlyIgnore(_err: Error): void {}

/** Watches as the system does, and notes the path of each watch. */
function notingIn(watched: string[]): WatchFunction {
  return (path, ...rest) => {
    watched.push(path.toString())
    return systemWatch(path, ...rest)
  }
}

/** Watches as the system does, but takes a step, once, just before or after it watches a path. */
function steppingIn(steps: Map<string, () => void>, { after = false } = {}): WatchFunction {
  return (path, ...rest) => {
    const step = steps.get(path.toString())
    steps.delete(path.toString())
    if (!after) step?.()
    const handle = systemWatch(path, ...rest)
    if (after) step?.()
    return handle
  }
}

/** A system that allows only so many watches at a time. */
function limitedTo(allowed: () => number, code: string): WatchFunction {
  let open = 0
  return (path, ...rest) => {
    if (open >= allowed()) throw systemError(code)
    const handle = systemWatch(path, ...rest)
    open++
    return {
      on: (event, listener) => handle.on(event, listener),
      close: () => {
        open--
        handle.close()
      },
    }
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says it`), { code, syscall: 'watch' })
}

/** Each folder's file `.hide` lists names that are hidden there and below. */
const hiddenByList: FolderFilter<readonly string[]> = {
  ruleNames: new Set(['.hide']),
  evidenceNames: new Set(),
  isSame: (before, now) => before?.join('\n') === now?.join('\n'),
  isAnywhere: () => true,
  enter: (above, dir, has) => {
    const inherited = above ?? []
    return has('.hide') ? [...inherited, ...readFileSync(`${displayName(dir)}/.hide`, 'utf8').split('\n')] : inherited
  },
  hides: (inside, _dir, name) => inside.includes(displayName(name)),
}
