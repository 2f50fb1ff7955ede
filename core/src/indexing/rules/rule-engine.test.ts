import { describe, expect, test } from 'vitest'
import { defaultRules, type RuleName, RuleSettings } from '../../domain/rules.ts'
import { type Rule, RuleEngine } from './index.ts'

/** Files by absolute path; a path with a slash at the end is an empty folder. */
type Files = Readonly<Record<string, string>>

interface WorldOptions {
  readonly names?: readonly RuleName[]
  readonly globs?: readonly string[]
  readonly root?: string
  readonly ignoreCase?: boolean
}

/** A file system in memory and an engine over it; `/home` is the location's root. */
function createWorld(files: Files, options: WorldOptions = {}) {
  const { names = defaultRules.names, globs = [], root = '/home', ignoreCase = false } = options
  const contents = new Map(Object.entries(files).filter(([path]) => !path.endsWith('/')))
  const folders = new Set<string>()
  for (const path of Object.keys(files)) {
    for (let at = path.indexOf('/', 1); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  }
  const readFile = (path: string) => {
    const text = contents.get(path)
    return text === undefined ? null : new TextEncoder().encode(text)
  }
  const exists = (path: string) => contents.has(path) || folders.has(path)
  const createEngine = () => new RuleEngine({ settings: { names, globs }, root, readFile, ignoreCase })
  const engine = createEngine()
  return {
    engine,
    createEngine,
    contents,
    exists,
    hidden: (path: string) => engine.explain(path, folders.has(path), exists),
    /** What a walk that goes into no rejected folder sees, and the rule of each thing it does not. */
    walk: () => walk(engine, { root, all: [...contents.keys(), ...folders], folders, exists }),
  }
}

interface WalkedTree {
  readonly root: string
  readonly all: readonly string[]
  readonly folders: ReadonlySet<string>
  readonly exists: (path: string) => boolean
}

function walk(engine: RuleEngine, { root, all, folders, exists }: WalkedTree): Map<string, Rule | null> {
  const seen = new Map<string, Rule | null>()
  const pending = [{ dir: root, inherited: engine.rootContext() }]
  for (const { dir, inherited } of pending) {
    const has = (name: string) => exists(`${dir}/${name}`)
    const context = engine.enter(inherited, dir, has)
    for (const path of all.filter((each) => each.slice(0, each.lastIndexOf('/')) === dir)) {
      const rule = engine.match(context, dir, path.slice(dir.length + 1), folders.has(path), has)
      seen.set(path, rule)
      if (!rule && folders.has(path)) pending.push({ dir: path, inherited: context })
    }
  }
  return seen
}

function rejected(files: Files, options?: WorldOptions): string[] {
  const rules = [...createWorld(files, options).walk()]
  return rules.flatMap(([path, rule]) => (rule ? [`${rule.name} ${path}`] : [])).toSorted()
}

const repository = { '/home/.git/HEAD': 'ref: refs/heads/main\n' }

describe('system', () => {
  test('what operating systems leave behind is rejected', () => {
    const files = {
      '/home/.DS_Store': '',
      '/home/photos/Thumbs.db': '',
      '/home/$RECYCLE.BIN/S-1-5/x.txt': '',
      '/home/System Volume Information/': '',
      '/home/lost+found/': '',
      '/home/.Trash-1000/files/x': '',
      '/home/.nfs000000000123456700000001': '',
      '/home/photos/cat.jpg': '',
    }
    expect(rejected(files)).toEqual([
      'system /home/$RECYCLE.BIN',
      'system /home/.DS_Store',
      'system /home/.Trash-1000',
      'system /home/.nfs000000000123456700000001',
      'system /home/System Volume Information',
      'system /home/lost+found',
      'system /home/photos/Thumbs.db',
    ])
  })

  test('a person may use the same names for another kind of thing', () => {
    const files = { '/home/lost+found': '', '/home/.DS_Store/x': '', '/home/.Trash-mine/': '', '/home/.nfsrc': '' }
    expect(rejected(files)).toEqual([])
  })

  test('an AppleDouble file is rejected beside the file it belongs to, and kept where it is alone', () => {
    expect(rejected({ '/home/._a.jpg': '', '/home/a.jpg': '', '/home/._b.jpg': '' })).toEqual(['system /home/._a.jpg'])
  })
})

test('git rejects a .git folder and the .git file of a linked work tree', () => {
  const files = {
    '/home/a/.git/HEAD': 'ref: refs/heads/x',
    '/home/b/.git': 'gitdir: /nowhere',
    '/home/c/.github/x': '',
  }
  expect(rejected(files)).toEqual(['git /home/a/.git', 'git /home/b/.git'])
})

describe('dev', () => {
  test('what tools fetch and build is rejected', () => {
    const files = {
      '/home/js/node_modules/x/index.js': '',
      '/home/rust/Cargo.toml': '',
      '/home/rust/target/debug/x': '',
      '/home/py/.venv/pyvenv.cfg': '',
      '/home/py/__pycache__/x.pyc': '',
      '/home/net/obj/project.nuget.cache': '',
      '/home/net/bin/x.dll': '',
    }
    expect(rejected(files)).toEqual([
      'dev /home/js/node_modules',
      'dev /home/net/bin',
      'dev /home/net/obj',
      'dev /home/py/.venv',
      'dev /home/py/__pycache__',
      'dev /home/rust/target',
    ])
  })

  test('an ambiguous name is rejected only with what proves it', () => {
    const files = {
      '/home/archery/target/scores.txt': '',
      '/home/places/venv/map.jpg': '',
      '/home/build/plan.pdf': '',
      '/home/bin/script': '',
      '/home/vendor/invoice.pdf': '',
      '/home/node_modules': 'a file',
    }
    expect(rejected(files)).toEqual([])
  })

  test('the pattern names the proof', () => {
    const world = createWorld({ '/home/Cargo.toml': '', '/home/target/x': '', '/home/env/pyvenv.cfg': '' })
    expect(world.hidden('/home/target')?.rule).toEqual({
      name: 'dev',
      source: 'built-in',
      pattern: 'target/ beside Cargo.toml',
    })
    expect(world.hidden('/home/env')?.rule.pattern).toBe('env/ holding pyvenv.cfg')
  })
})

describe('hidden', () => {
  test('names with a dot in front stay, until the rule is chosen', () => {
    const files = { '/home/.bashrc': '', '/home/.config/x': '', '/home/a.b': '' }
    expect(rejected(files)).toEqual([])
    expect(rejected(files, { names: ['hidden'] })).toEqual(['hidden /home/.bashrc', 'hidden /home/.config'])
  })
})

describe('gitignore', () => {
  test('ignore files say nothing outside a work tree', () => {
    expect(rejected({ '/home/.gitignore': 'a', '/home/a': '', '/home/.git/': '' })).toEqual(['git /home/.git'])
  })

  test('nearer files take back what farther ones say, but not inside an ignored folder', () => {
    const files = {
      ...repository,
      '/home/.gitignore': '*.log\n/out/\n',
      '/home/.git/info/exclude': '*.tmp\n*.log\n',
      '/home/a.log': '',
      '/home/a.tmp': '',
      '/home/keep/.gitignore': '!*.log\n!*.tmp\n',
      '/home/keep/a.log': '',
      '/home/keep/a.tmp': '',
      '/home/out/.gitignore': '!*\n',
      '/home/out/a.log': '',
    }
    expect(rejected(files, { names: ['git', 'gitignore'] })).toEqual([
      'git /home/.git',
      'gitignore /home/a.log',
      'gitignore /home/a.tmp',
      'gitignore /home/out',
    ])
  })

  test('the source is the file, the pattern the line', () => {
    const world = createWorld({
      ...repository,
      '/home/.gitignore': '# logs\n  \n/sub/*.log  \n',
      '/home/sub/a.log': '',
    })
    const rule = { name: 'gitignore', source: '/home/.gitignore', pattern: '/sub/*.log' }
    expect(world.hidden('/home/sub/a.log')).toEqual({ path: '/home/sub/a.log', rule })
  })

  test('a repository inside another one has its own patterns only', () => {
    const files = {
      ...repository,
      '/home/.gitignore': '*.o\n',
      '/home/inner/.git': 'gitdir: ../.git/modules/inner\n',
      '/home/.git/modules/inner/HEAD': 'ref: refs/heads/main',
      '/home/.git/modules/inner/info/exclude': '*.x',
      '/home/inner/a.o': '',
      '/home/inner/a.x': '',
      '/home/a.x': '',
      '/home/a.o': '',
    }
    expect(rejected(files)).toEqual([
      'git /home/.git',
      'git /home/inner/.git',
      'gitignore /home/a.o',
      'gitignore /home/inner/a.x',
    ])
  })

  test('a linked work tree shares the excludes of its repository', () => {
    const files = {
      '/repo/.git/worktrees/home/HEAD': '0123456789012345678901234567890123456789\n',
      '/repo/.git/worktrees/home/commondir': '../..\n',
      '/repo/.git/info/exclude': 'secret\n',
      '/home/.git': 'gitdir: /repo/.git/worktrees/home\n',
      '/home/secret': '',
    }
    expect(rejected(files, { names: ['gitignore'] })).toEqual(['gitignore /home/secret'])
  })

  test('the work tree may begin above the root', () => {
    const files = {
      '/work/.git/HEAD': 'ref: refs/heads/main',
      '/work/.gitignore': '/app/home/a\n*.log',
      '/work/app/.gitignore': '!b.log\n',
      '/work/app/home/a': '',
      '/work/app/home/a.log': '',
      '/work/app/home/b.log': '',
    }
    const options: WorldOptions = { root: '/work/app/home', names: ['gitignore'] }
    expect(rejected(files, options)).toEqual(['gitignore /work/app/home/a', 'gitignore /work/app/home/a.log'])
  })

  test('a root that its repository ignores was chosen nevertheless: the repository has no say in it', () => {
    const files = {
      '/work/.git/HEAD': 'ref: refs/heads/main',
      '/work/.gitignore': 'build/\n*.log\n',
      '/work/build/home/a.log': '',
    }
    expect(rejected(files, { root: '/work/build/home', names: ['gitignore'] })).toEqual([])
  })

  test('nothing is said inside .git where that is shown', () => {
    const files = { ...repository, '/home/.gitignore': 'HEAD\n', '/home/HEAD': '' }
    expect(rejected(files, { names: ['gitignore'] })).toEqual(['gitignore /home/HEAD'])
  })

  test('a pattern made to be slow is not', () => {
    const name = 'a'.repeat(255)
    const files = {
      ...repository,
      '/home/.gitignore': `${'*a'.repeat(60)}b\n${'**/*a*/'.repeat(60)}b\n`,
      [`/home/${name}`]: '',
    }
    const before = process.threadCpuUsage()
    expect(rejected(files)).toEqual(['git /home/.git'])
    // Some milliseconds; a match that backtracks without bound would take hours. Other processes do not count.
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(10_000)
  })
})

describe('spacedriveignore', () => {
  test('holds anywhere in the location, and nothing from above it', () => {
    const files = {
      '/.spacedriveignore': '*',
      '/home/.spacedriveignore': '/a\n*.raw',
      '/home/a': '',
      '/home/sub/.spacedriveignore': '!keep.raw',
      '/home/sub/a': '',
      '/home/sub/keep.raw': '',
      '/home/sub/other.raw': '',
    }
    expect(rejected(files)).toEqual(['spacedriveignore /home/a', 'spacedriveignore /home/sub/other.raw'])
  })

  test('holds on in a repository below', () => {
    const files = { '/home/.spacedriveignore': '*.raw', '/home/r/.git/HEAD': 'ref: refs/heads/x', '/home/r/a.raw': '' }
    expect(rejected(files)).toEqual(['git /home/r/.git', 'spacedriveignore /home/r/a.raw'])
  })
})

describe('custom', () => {
  test('globs are anchored at the root, and an exclamation mark takes back', () => {
    const files = { '/home/a.iso': '', '/home/b.iso': '', '/home/sub/x': '', '/home/sub/sub/x': '' }
    expect(rejected(files, { globs: ['*.iso', '!b.iso', '/sub/x'] })).toEqual([
      'custom /home/a.iso',
      'custom /home/sub/x',
    ])
  })

  test('an exclamation mark takes nothing back from the other rules', () => {
    expect(rejected({ '/home/.DS_Store': '' }, { globs: ['!.DS_Store'] })).toEqual(['system /home/.DS_Store'])
  })

  test('the source is the location', () => {
    const rule = { name: 'custom', source: 'location', pattern: '*.iso' }
    expect(createWorld({ '/home/a.iso': '' }, { globs: ['*.iso'] }).hidden('/home/a.iso')?.rule).toEqual(rule)
  })

  test('a glob of two lines is no setting', () => {
    expect(RuleSettings.safeParse({ names: [], globs: ['a\nb'] }).success).toBe(false)
  })
})

test('only-images keeps images, and folders to look into', () => {
  const files = { '/home/a.JPG': '', '/home/b.cr3': '', '/home/c.txt': '', '/home/jpg': '', '/home/folder/d.png': '' }
  expect(rejected(files, { names: ['only-images'] })).toEqual(['only-images /home/c.txt', 'only-images /home/jpg'])
})

test("a library's own folder is rejected whatever is chosen", () => {
  const files = { '/home/Mine.sdlibrary/database.db': '', '/home/b.sdlibrary': 'a file' }
  expect(rejected(files, { names: [] })).toEqual(['library /home/Mine.sdlibrary'])
})

test('a data folder keeps everything in it out, whatever is chosen', () => {
  const data = { '/home/d/device.json': '', '/home/d/network.db': '', '/home/d/run/token': '' }
  expect(rejected({ ...data, '/home/e/device.json': '' }, { names: [], globs: ['!*'] })).toEqual([
    'library /home/d/device.json',
    'library /home/d/network.db',
    'library /home/d/run',
  ])
})

test('the first rule in order is the one told', () => {
  const files = { ...repository, '/home/.gitignore': '*\n', '/home/.spacedriveignore': '*\n' }
  const all: Files = { ...files, '/home/.DS_Store': '', '/home/node_modules/': '', '/home/.env': '', '/home/a.txt': '' }
  const names: RuleName[] = ['only-images', 'spacedriveignore', 'gitignore', 'hidden', 'dev', 'git', 'system']
  expect(rejected(all, { names, globs: ['*'] })).toEqual([
    'dev /home/node_modules',
    'git /home/.git',
    'gitignore /home/a.txt',
    'hidden /home/.env',
    'hidden /home/.gitignore',
    'hidden /home/.spacedriveignore',
    'system /home/.DS_Store',
  ])
  const ownIgnoreFile = {
    '/home/.spacedriveignore': 'a.txt\n',
    '/home/a.txt': '',
    '/home/b.txt': '',
    '/home/c.txt': '',
  }
  expect(rejected(ownIgnoreFile, { names: ['spacedriveignore', 'only-images'], globs: ['a.txt', 'b.txt'] })).toEqual([
    'custom /home/b.txt',
    'only-images /home/.spacedriveignore',
    'only-images /home/c.txt',
    'spacedriveignore /home/a.txt',
  ])
})

test('where case is ignored, names of rules and patterns are too', () => {
  const files = {
    ...repository,
    '/home/.gitignore': 'Build/\n*.LOG\n',
    '/home/THUMBS.DB': '',
    '/home/BUILD/': '',
    '/home/a.log': '',
  }
  expect(rejected(files, { ignoreCase: true })).toEqual([
    'git /home/.git',
    'gitignore /home/BUILD',
    'gitignore /home/a.log',
    'system /home/THUMBS.DB',
  ])
  expect(rejected(files)).toEqual(['git /home/.git'])
})

const everything: Files = {
  ...repository,
  '/home/.gitignore': '*.log\n/out\nsub/*/deep\n',
  '/home/.git/info/exclude': 'private*\n',
  '/home/.spacedriveignore': '**/cache/**\n!**/cache/keep\n',
  '/home/a.log': '',
  '/home/private-notes': '',
  '/home/out/x': '',
  '/home/sub/.gitignore': '!a.log\n',
  '/home/sub/a.log': '',
  '/home/sub/one/deep/x': '',
  '/home/sub/cache/keep': '',
  '/home/sub/cache/drop': '',
  '/home/app/node_modules/y/z.js': '',
  '/home/app/package.json': '',
  '/home/inner/.git/HEAD': 'ref: refs/heads/main',
  '/home/inner/a.log': '',
  '/home/inner/.spacedriveignore': 'x\n',
  '/home/inner/x/y': '',
}

describe('a walked tree', () => {
  test('explain says of every path what the walk met', () => {
    const world = createWorld(everything, { globs: ['*.js'] })
    const walked = world.walk()
    for (const path of Object.keys(everything)) {
      const met = [...walked].find(([at, rule]) => rule !== null && `${path}/`.startsWith(`${at}/`))
      expect({ path, hidden: world.hidden(path) }).toEqual({
        path,
        hidden: met ? { path: met[0], rule: met[1] } : null,
      })
    }
    expect([...walked.values()].filter(Boolean).length).toBeGreaterThan(8)
  })

  test('a folder that adds nothing hands down what it has, the same object', () => {
    const world = createWorld(everything)
    const root = world.engine.enter(world.engine.rootContext(), '/home', (name) => world.exists(`/home/${name}`))
    expect(world.engine.enter(root, '/home/app', (name) => world.exists(`/home/app/${name}`))).toBe(root)
  })

  test('anchors carry a context to another thread', () => {
    const world = createWorld(everything)
    const has = (dir: string) => (name: string) => world.exists(`${dir}/${name}`)
    const root = world.engine.enter(world.engine.rootContext(), '/home', has('/home'))
    for (const dir of ['/home/sub', '/home/inner']) {
      const here = world.engine.enter(root, dir, has(dir))
      const there = world.createEngine()
      const sent = there.fromAnchors(structuredClone(here.anchors))
      for (const name of ['a.log', 'x', 'private', 'cache', 'deep']) {
        const rule = world.engine.match(here, dir, name, false, has(dir))
        expect({ dir, name, rule: there.match(sent, dir, name, false, has(dir)) }).toEqual({ dir, name, rule })
      }
      expect(sent.anchors).toEqual(here.anchors)
    }
  })

  test('a changed ignore file holds from the next time its folder is entered', () => {
    const world = createWorld(everything)
    const has = (name: string) => world.exists(`/home/${name}`)
    const match = () => {
      const context = world.engine.enter(world.engine.rootContext(), '/home', has)
      return world.engine.match(context, '/home', 'a.log', false, has)?.name
    }
    expect(match()).toBe('gitignore')
    world.contents.set('/home/.gitignore', '*.txt\n')
    expect(match()).toBeUndefined()
  })
})

test('a root is never rejected itself, and a path outside it has no answer', () => {
  const world = createWorld({ '/home/a': '' }, { names: ['hidden'], root: '/home/.root' })
  expect(world.hidden('/home/.root')).toBeNull()
  expect(() => world.hidden('/home/a')).toThrow('/home/a is not in /home/.root')
})

test('the root of the file system can be a root', () => {
  const files = { '/.git/HEAD': 'ref: refs/heads/x', '/.gitignore': '/a/b\n', '/a/b': '', '/a/a/b': '' }
  const world = createWorld(files, { root: '/', globs: ['/c'] })
  expect(world.hidden('/a/b')?.rule.name).toBe('gitignore')
  expect(world.hidden('/a/a/b')).toBeNull()
  expect(world.hidden('/c')?.rule.name).toBe('custom')
})

test('the version changes with the settings and not with their order', () => {
  expect(versionOf({ names: ['git', 'dev'] })).toBe(versionOf({ names: ['dev', 'git'] }))
  expect(versionOf({ names: ['git'] })).not.toBe(versionOf({ names: ['dev'] }))
  expect(versionOf({ globs: ['a'] })).not.toBe(versionOf({ globs: ['b'] }))
})

function versionOf(options: WorldOptions): string {
  return createWorld({}, options).engine.version
}

test('the names that rules go by are told to a watcher', () => {
  expect([...createWorld({}).engine.ruleNames]).toEqual(
    expect.arrayContaining(['.git', '.gitignore', '.spacedriveignore', 'Cargo.toml', 'pyvenv.cfg']),
  )
  expect([...createWorld({}, { names: [] }).engine.ruleNames].toSorted()).toEqual(['device.json', 'network.db'])
})
