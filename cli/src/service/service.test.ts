import { expect, test } from 'vitest'
import { serviceManager } from './service-manager.ts'

const command = ['/opt/node/bin/node', '/opt/space drive/bin/spacedrive.mjs', 'start', '--foreground']
const home = '/home/ann'

test('a systemd unit of the user goes to the user’s units and is enabled there', async () => {
  const manager = serviceManager(
    { command, instance: 'default', user: true },
    { platform: 'linux', home, env: {}, exists: (path) => path === '/run/systemd/system' },
  )
  expect(manager.file).toBe('/home/ann/.config/systemd/user/spacedrive.service')
  expect(manager.enable).toEqual([
    ['systemctl', '--user', 'daemon-reload'],
    ['systemctl', '--user', 'enable', '--now', 'spacedrive.service'],
  ])
  await expect(manager.content).toMatchFileSnapshot('../../test/golden/spacedrive.service')
})

test('without systemd it says what to do instead', () => {
  expect(() =>
    serviceManager(
      { command, instance: 'default', user: true },
      { platform: 'linux', home, env: {}, exists: () => false },
    ),
  ).toThrow(/without systemd.*spacedrive start --foreground/)
})

test('a launchd property list and a Windows task hold the same command', async () => {
  const mac = serviceManager(
    { command, instance: 'test', user: true },
    { platform: 'darwin', home: '/Users/ann', env: {}, exists: () => false },
  )
  expect(mac.file).toBe('/Users/ann/Library/LaunchAgents/com.spacedrive.test.plist')
  await expect(mac.content).toMatchFileSnapshot('../../test/golden/com.spacedrive.test.plist')
  const windows = serviceManager(
    { command, instance: 'default', user: true },
    { platform: 'win32', home, env: { LOCALAPPDATA: '/local' }, exists: () => false },
  )
  expect(windows.encoding).toBe('utf16le')
  expect(windows.content).toContain('<Command>/opt/node/bin/node</Command>')
  expect(windows.content).toContain(
    '<Arguments>&quot;/opt/space drive/bin/spacedrive.mjs&quot; start --foreground</Arguments>',
  )
})
