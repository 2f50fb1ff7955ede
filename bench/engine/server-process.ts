import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** Debian has it where only the system looks. */
export const NGINX = '/usr/sbin/nginx'
const READY_MS = 10_000
const POLL_MS = 20

/** Starts a program that listens at a port of this machine; disposing ends it. One that is not installed does nothing. */
export async function startServer(command: string, args: readonly string[], port: number): Promise<AsyncDisposable> {
  const child = spawn(command, args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  // The benchmark reports it as missing.
  child.on('error', () => {})
  const until = performance.now() + READY_MS
  while (child.pid !== undefined && !(await answers(port))) {
    if (performance.now() > until) throw new Error(`${command} does not answer`)
    await wait(POLL_MS)
  }
  return {
    async [Symbol.asyncDispose]() {
      if (child.pid === undefined) return
      child.kill('SIGTERM')
      await ended
    },
  }
}

interface NginxOptions {
  /** Where it writes what it needs. */
  readonly dir: string
  /** What it serves. */
  readonly root: string
  readonly port: number
}

/** nginx as Debian sets it up, with listings of folders. */
export function startNginx({ dir, port, root }: NginxOptions): Promise<AsyncDisposable> {
  const place = (name: string) => join(dir, name)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${place(`nginx-${name}`)};`,
  )
  writeFileSync(
    place('nginx.conf'),
    `daemon off; pid ${place('nginx.pid')}; error_log ${place('nginx.log')}; worker_processes auto;
events { worker_connections 768; }
http { access_log off; sendfile on; tcp_nopush on; types { text/html html; video/mp4 mp4; image/jpeg jpg; } ${temporary.join(' ')}
  server { listen 127.0.0.1:${port}; root ${root}; autoindex on; } }
`,
  )
  return startServer(NGINX, ['-c', place('nginx.conf'), '-e', place('nginx.log')], port)
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
