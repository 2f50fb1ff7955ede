import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { userInfo } from 'node:os'
import { freePort } from './free-port.ts'

/** Servers of this machine that other programs copy files from. */
export interface FileCopiers {
  /** Arguments of scp, in front of the paths. */
  readonly scp: readonly string[]
  /** What rsync is to run in the place of ssh. */
  readonly ssh: string
  readonly host: string
  /** Ends in `/`; the folder is its root. */
  readonly rsyncUrl: string
}

const SSHD = '/usr/sbin/sshd'
const CIPHER = 'aes128-gcm@openssh.com'

/** Starts sshd and an rsync daemon that serve `folder`, on the loopback interface, with keys of their own. */
export async function startFileCopiers(
  parts: DisposableStack | AsyncDisposableStack,
  { dir, folder }: { dir: string; folder: string },
): Promise<FileCopiers> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chmodSync(dir, 0o700)
  const [hostKey, userKey] = [join(dir, 'host'), join(dir, 'user')]
  for (const key of [hostKey, userKey]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const [sshPort, rsyncPort] = [await freePort(), await freePort()]
  const sshdConfig = join(dir, 'sshd_config')
  writeFileSync(
    sshdConfig,
    [
      `Port ${sshPort}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${userKey}.pub`,
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'UsePAM no',
      `PidFile ${join(dir, 'sshd.pid')}`,
      `Ciphers ${CIPHER}`,
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  )
  // Debian's sshd wants it, whoever starts it.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const rsyncConfig = join(dir, 'rsyncd.conf')
  const owner = userInfo()
  const module = [
    '[files]',
    `path = ${folder}`,
    'read only = yes',
    'use chroot = no',
    `uid = ${owner.uid}`,
    `gid = ${owner.gid}`,
  ]
  writeFileSync(rsyncConfig, module.join('\n'))
  serve(parts, SSHD, ['-D', '-f', sshdConfig])
  serve(parts, 'rsync', [
    '--daemon',
    '--no-detach',
    '--address=127.0.0.1',
    `--port=${rsyncPort}`,
    `--config=${rsyncConfig}`,
  ])
  await Promise.all([listening(sshPort), listening(rsyncPort)])
  const options = [
    ['-i', userKey],
    ['-o', 'StrictHostKeyChecking=no'],
    ['-o', 'UserKnownHostsFile=/dev/null'],
    ['-c', CIPHER],
  ].flat()
  return {
    scp: ['-q', '-P', String(sshPort), ...options],
    ssh: ['ssh', '-q', '-p', String(sshPort), ...options].join(' '),
    host: `${owner.username}@127.0.0.1`,
    rsyncUrl: `rsync://127.0.0.1:${rsyncPort}/files/`,
  }
}

function serve(parts: DisposableStack | AsyncDisposableStack, program: string, args: readonly string[]): void {
  const child = spawn(program, args, { stdio: 'ignore' })
  parts.defer(() => void child.kill())
}

/** Resolves once somebody listens; throws after a while. */
async function listening(port: number): Promise<void> {
  const until = performance.now() + START_MS
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (isThere) return
    if (performance.now() > until) throw new Error(`nothing listens at port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

const START_MS = 10_000
const LOOK_MS = 20
