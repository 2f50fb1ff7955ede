import { expect, test } from 'vitest'
import { parseShare, shareName } from './network-share.ts'

test.each([
  ['nfs', 'nas.lan:/export/photos', { host: 'nas.lan', share: '/export/photos' }],
  ['nfs', '[fe80::1%eth0]:/export/', { host: '[fe80::1%eth0]', share: '/export' }],
  ['smb', '//alice:secret@FILES/Team%20Docs/', { host: 'files', share: 'team docs' }],
  ['smb', '\\\\NAS.local\\Team Docs', { host: 'nas.local', share: 'team docs' }],
  ['smb', '//alice@NAS._smb._tcp.local/Team%20Docs', { host: 'nas.local', share: 'team docs' }],
  ['smb', '//nas/100%', { host: 'nas', share: '100%' }],
  ['sshfs', 'alice@server:/srv/data', { host: 'server', share: '/srv/data' }],
  ['sshfs', 'alice@server:backup', { host: 'server', share: '~alice/backup' }],
  ['davfs', 'https://bob:pw@Cloud.example.com/dav/files', { host: 'cloud.example.com', share: 'dav/files' }],
])('%s %s', (filesystem, source, expected) => {
  expect(parseShare(filesystem, source)).toEqual(expected)
})

test.each([
  ['9p', 'hostshare'],
  ['9p', 'C:\\'],
  ['rclone', 'gdrive:'],
])('%s %s names nothing outside this machine', (filesystem, source) => {
  expect(parseShare(filesystem, source)).toBeNull()
})

test('a share is called after its last folder', () => {
  expect(shareName({ host: 'nas', share: '/export/photos' })).toBe('photos on nas')
  expect(shareName({ host: 'nas', share: '/' })).toBe('nas')
})
