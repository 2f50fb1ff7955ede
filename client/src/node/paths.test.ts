import { expect, test } from 'vitest'
import { type InstanceOptions, instancePaths, type PathHost } from './paths.ts'

function host(platform: NodeJS.Platform, env: Record<string, string> = {}): PathHost {
  return { platform, env, home: '/home/ann', temporary: '/tmp', uid: 1000 }
}

test.runIf(process.platform !== 'win32')('on Linux each kind of file is where XDG wants it', () => {
  const { compileCache, dataDir, logFile, recordFile, userConfigFile } = instancePaths({}, host('linux'))
  expect({ compileCache, dataDir, logFile, recordFile, userConfigFile }).toEqual({
    dataDir: '/home/ann/.local/share/spacedrive',
    logFile: '/home/ann/.local/state/spacedrive/logs/daemon.log',
    recordFile: '/home/ann/.local/share/spacedrive/run/daemon.json',
    userConfigFile: '/home/ann/.config/spacedrive/config.json',
    compileCache: '/home/ann/.cache/spacedrive/node',
  })
  const env = { XDG_DATA_HOME: '/data', XDG_STATE_HOME: 'relative/is/ignored' }
  const moved = instancePaths({}, host('linux', env))
  expect([moved.dataDir, moved.logFile]).toEqual([
    '/data/spacedrive',
    '/home/ann/.local/state/spacedrive/logs/daemon.log',
  ])
})

test.runIf(process.platform !== 'win32')('on macOS and Windows everything but the cache is in one place', () => {
  const mac = instancePaths({}, host('darwin'))
  expect([mac.dataDir, mac.compileCache]).toEqual([
    '/home/ann/Library/Application Support/spacedrive',
    '/home/ann/Library/Caches/spacedrive/node',
  ])
  const windows = instancePaths({}, host('win32', { LOCALAPPDATA: '/local' }))
  expect(windows.dataDir).toBe('/local/spacedrive')
})

test.runIf(process.platform !== 'win32')('a data folder of one’s own holds everything, that of an instance too', () => {
  const paths = instancePaths({ dataDir: '/d', instance: 'alice' }, host('linux'))
  expect(paths).toEqual({
    instance: 'alice',
    root: '/d',
    ownFolder: true,
    dataDir: '/d/instances/alice',
    userConfigFile: null,
    logFile: '/d/instances/alice/logs/daemon.log',
    errorFile: '/d/instances/alice/logs/daemon.err',
    runDir: '/d/instances/alice/run',
    recordFile: '/d/instances/alice/run/daemon.json',
    lockFile: '/d/instances/alice/daemon.lock',
    startLockFile: '/d/instances/alice/run/start.lock',
    compileCache: '/d/cache/node',
  })
  expect(instancePaths({ dataDir: '/d' }, host('linux')).dataDir).toBe('/d')
})

test.runIf(process.platform !== 'win32')(
  'the environment names a data folder and an instance, and options replace both',
  () => {
    const env = { SPACEDRIVE_DATA_DIR: '/e', SPACEDRIVE_INSTANCE: 'alice' }
    const placed = (options: InstanceOptions, variables: Record<string, string>) => {
      const { dataDir, ownFolder } = instancePaths(options, host('linux', variables))
      return { dataDir, ownFolder }
    }
    expect(placed({}, env)).toEqual({ dataDir: '/e/instances/alice', ownFolder: true })
    expect(placed({ instance: 'default' }, env)).toEqual({ dataDir: '/e', ownFolder: true })
    expect(placed({ dataDir: '/d' }, env)).toEqual({ dataDir: '/d/instances/alice', ownFolder: true })
    const none = { SPACEDRIVE_DATA_DIR: '', SPACEDRIVE_INSTANCE: '' }
    expect(placed({}, none)).toEqual({ dataDir: '/home/ann/.local/share/spacedrive', ownFolder: false })
  },
)

test('no two instances share a file', () => {
  const files = ['default', 'alice', 'celia'].flatMap((instance) => {
    const { dataDir, lockFile, logFile, recordFile } = instancePaths({ instance }, host('linux'))
    return [dataDir, lockFile, logFile, recordFile]
  })
  expect(new Set(files).size).toBe(files.length)
})

test.each(['', '..', 'a/b', 'a b', 'ä', 'x'.repeat(65), '.hidden'])('%j is not a valid instance name', (instance) => {
  expect(() => instancePaths({ instance })).toThrow('is not a valid instance name')
})
