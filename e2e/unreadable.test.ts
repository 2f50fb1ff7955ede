import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createTempDir } from '@spacedrive/core/testing'
import { expect, test } from 'vitest'

const command = fileURLToPath(new URL('../cli/bin/spacedrive.mjs', import.meta.url))
/** Root may read everything: there the command is run as nobody, which has this number on most systems. */
const NOBODY = 65_534
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

/** The command as somebody who may not read everything, with a home of its own. */
class Home implements AsyncDisposable {
  readonly path: string
  readonly #temp = createTempDir('home')

  constructor() {
    this.path = this.#temp.path
    this.give(this.path)
  }

  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'], HOME: this.path, COLUMNS: '80', TZ: 'UTC' }
  }

  /** Why the command cannot be run here; null where it can. */
  obstacle(): string | null {
    const { status } = spawnSync(process.execPath, [command, '--version'], { env: this.env, cwd: this.path, ...user })
    return status === 0 ? null : 'needs a checkout that everybody may read, or to be run by somebody who is not root'
  }

  async run(...args: string[]): Promise<{ code: number | null; stdout: string }> {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    const child = spawn(process.execPath, [command, ...args], { env: this.env, cwd: this.path, stdio, ...user })
    const code = new Promise<number | null>((resolve) => child.on('close', resolve))
    return { stdout: await text(child.stdout), code: await code }
  }

  /** The paths of files with a name, in the index. */
  async found(name: string): Promise<string[]> {
    const { stdout } = await this.run('search', name, '--json')
    return (JSON.parse(stdout) as { items: { path: string }[] }).items.map(({ path }) => path)
  }

  /** Makes the user who runs the command the owner of a file, or of a folder and all in it. */
  give(path: string): void {
    if (user.uid === undefined) return
    const below = lstatSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : []
    for (const each of [path, ...below.map((name) => join(path, name))]) chownSync(each, user.uid, user.gid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('stop')
    this.#temp[Symbol.dispose]()
  }
}

test.skipIf(process.platform === 'win32')(
  'what may not be read is told once with its path, keeps its rows, and makes the exit code 5',
  async ({ skip }) => {
    await using home = new Home()
    const root = join(home.path, 'photos')
    for (const folder of ['open', 'closed']) {
      mkdirSync(join(root, folder), { recursive: true })
      writeFileSync(join(root, folder, `${folder}.txt`), folder)
    }
    writeFileSync(join(root, 'secret.txt'), 'secret')
    home.give(root)
    const obstacle = home.obstacle()
    if (obstacle) return skip(obstacle)
    chmodSync(join(root, 'secret.txt'), 0)
    const first = await home.run('quickstart', root, '--once', '--json')
    expect(first.code).toBe(5)
    const failuresOf = (stdout: string) =>
      (JSON.parse(stdout) as { failures: { path: string; code: string }[] }).failures
    expect(failuresOf(first.stdout)).toMatchObject([{ path: join(root, 'secret.txt'), code: 'PermissionDenied' }])

    writeFileSync(join(root, 'open', 'new.txt'), 'new')
    home.give(join(root, 'open', 'new.txt'))
    chmodSync(join(root, 'closed'), 0)
    const second = await home.run('quickstart', root, '--once', '--json')
    expect(second.code).toBe(5)
    expect(failuresOf(second.stdout)).toContainEqual(
      expect.objectContaining({ path: join(root, 'closed'), code: 'PermissionDenied' }),
    )
    expect(await home.found('closed.txt')).toEqual([join(root, 'closed/closed.txt')])
    expect(await home.found('new.txt')).toEqual([join(root, 'open/new.txt')])
    expect((await home.run('location', 'rescan', 'photos', '--wait')).code).toBe(5)

    const verified = await home.run('index', 'verify', 'photos', '--json')
    expect(verified.code).toBe(5)
    expect(JSON.parse(verified.stdout)).toMatchObject({
      total: 0,
      unreadable: [{ path: join(root, 'closed'), code: 'PermissionDenied' }],
    })

    chmodSync(join(root, 'closed'), 0o700)
    chmodSync(join(root, 'secret.txt'), 0o600)
    expect((await home.run('location', 'rescan', 'photos', '--wait')).code).toBe(0)
    expect(await home.run('index', 'verify', 'photos', '--content')).toMatchObject({ code: 0 })
    const { stdout } = await home.run('file', 'info', join(root, 'secret.txt'), '--json')
    expect(JSON.parse(stdout)).toMatchObject({ contentId: expect.any(String) })
  },
)

test.skipIf(process.platform === 'win32')(
  'a folder that was moved into one that nobody may open is watched as soon as that one is opened again',
  async ({ skip }) => {
    await using home = new Home()
    const root = join(home.path, 'photos')
    const [closed, inner] = [join(root, 'closed'), join(root, 'closed/inner')]
    for (const folder of [closed, join(root, 'aside/inner')]) mkdirSync(folder, { recursive: true })
    writeFileSync(join(root, 'aside/inner/old.txt'), 'old')
    home.give(root)
    const obstacle = home.obstacle()
    if (obstacle) return skip(obstacle)
    await home.run('library', 'create', 'Mine')
    expect((await home.run('location', 'add', root, '--mode', 'shallow', '--wait')).code).toBe(0)
    expect(await home.found('old.txt')).toEqual([join(root, 'aside/inner/old.txt')])
    renameSync(join(root, 'aside/inner'), inner)
    chmodSync(closed, 0)
    // The events of both have been examined: the folder is gone from its old place, and cannot be looked at here.
    await expect.poll(() => home.found('old.txt')).toEqual([])
    chmodSync(closed, 0o700)
    await expect.poll(() => home.found('old.txt')).toEqual([join(inner, 'old.txt')])
    writeFileSync(join(inner, 'new.txt'), 'new')
    await expect.poll(() => home.found('new.txt')).toEqual([join(inner, 'new.txt')])
  },
)

test.skipIf(process.platform === 'win32')(
  'a folder that cannot be read is not compared, and nothing in its twin counts as missing',
  async ({ skip }) => {
    await using home = new Home()
    const [left, right] = [join(home.path, 'left'), join(home.path, 'right')]
    for (const folder of [left, right]) {
      mkdirSync(join(folder, 'closed'), { recursive: true })
      writeFileSync(join(folder, 'closed/a.txt'), 'a')
      for (const name of ['other.txt', 'secret.txt']) writeFileSync(join(folder, name), 'secret')
      home.give(folder)
    }
    const obstacle = home.obstacle()
    if (obstacle) return skip(obstacle)
    for (const path of [join(right, 'closed'), join(right, 'other.txt'), join(left, 'secret.txt')]) chmodSync(path, 0)
    const { code, stdout } = await home.run('file', 'compare', left, right, '--json')
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({
      code: 5,
      onlyLeft: [],
      onlyRight: [],
      different: [],
      failures: [
        { path: join(right, 'other.txt'), code: 'PermissionDenied' },
        { path: join(left, 'secret.txt'), code: 'PermissionDenied' },
        { path: join(right, 'closed'), code: 'PermissionDenied' },
      ],
    })
  },
)
