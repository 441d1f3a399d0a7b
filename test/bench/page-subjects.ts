// In: a page's bytes. Out: the same page from nginx, from @fastify/static and from our own public process.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { listBelow } from './cores.ts'
import type { Stage } from './stage.ts'
import { claimPort } from '../../src/town/port.ts'

export interface PageSubject {
  name: string
  port: number
  path: string
  /** Whose processor time counts. */
  pid: number
}

const NGINX = ['nginx', '/usr/sbin/nginx'].find((name) =>
  name.startsWith('/') ? existsSync(name) : spawnSync(name, ['-v']).status === 0,
)

/** The page as a browser would get it. @throws when it is not packed */
export async function readPacked(port: number, path: string): Promise<Buffer> {
  const reply = await request(`http://127.0.0.1:${port}${path}`, { headers: { 'accept-encoding': 'gzip' } })
  const bytes = Buffer.from(await reply.body.arrayBuffer())
  if (reply.statusCode !== 200 || reply.headers['content-encoding'] !== 'gzip')
    throw new Error(`${path} of port ${port}: ${reply.statusCode}, ${String(reply.headers['content-encoding'])}`)
  return bytes
}

/** The page once nothing moves on it any more: outcomes and read-backs come after a notice. */
export async function readSettled(port: number, path: string): Promise<Buffer> {
  for (let bytes = await readPacked(port, path); ;) {
    await sleep(3_000)
    const later = await readPacked(port, path)
    if (later.equals(bytes)) return bytes
    bytes = later
  }
}

/** Writes the page for the peers, plain and packed. */
export function writeFiles(stage: Stage, plain: Buffer, packed: Buffer): string {
  const folder = join(stage.folder, 'files')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  writeFileSync(join(folder, 'index.html'), plain)
  writeFileSync(join(folder, 'index.html.gz'), packed)
  return folder
}

/** One worker, as one process of ours; the file's handle kept open when asked. Null with the reason printed: no nginx. */
export async function startNginx(stage: Stage, folder: string, keepsOpen: boolean): Promise<PageSubject | null> {
  const name = keepsOpen ? 'nginx, open_file_cache' : 'nginx'
  if (NGINX === undefined) {
    process.stdout.write(`${name}: skipped, no nginx on this machine\n`)
    return null
  }
  const port = await claimPort()
  const place = join(stage.folder, keepsOpen ? 'nginx-open' : 'nginx')
  mkdirSync(place, { recursive: true })
  const file = join(place, 'nginx.conf')
  writeFileSync(
    file,
    `worker_processes 1; daemon off; pid ${place}/pid; error_log stderr crit; user root;
events { worker_connections 2048; }
http {
  types { text/html html; } access_log off; sendfile on; tcp_nopush on; keepalive_timeout 75s; keepalive_requests 100000000;
  client_body_temp_path ${place}/b; proxy_temp_path ${place}/p; fastcgi_temp_path ${place}/f; uwsgi_temp_path ${place}/u; scgi_temp_path ${place}/s;
  ${keepsOpen ? 'open_file_cache max=100 inactive=60s; open_file_cache_valid 60s;' : ''}
  server { listen 127.0.0.1:${port}; root ${folder}; gzip_static on; }
}
`,
  )
  const child = spawn(NGINX, ['-c', file, '-p', place, '-e', 'stderr'], { stdio: ['ignore', 'inherit', 'inherit'] })
  stage.adopt(child)
  await isOpen(port)
  const worker = listBelow(child.pid ?? 0)[0]
  if (worker === undefined) throw new Error('nginx has no worker')
  return { name, port, path: '/index.html', pid: worker }
}

export async function startStatic(stage: Stage, folder: string): Promise<PageSubject> {
  const { child, said } = await stage.launch<{ port: number }>('page-static.ts', [folder])
  return { name: '@fastify/static', port: said.port, path: '/index.html', pid: child.pid ?? 0 }
}

async function isOpen(port: number): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (there) return
    await sleep(50)
  }
  throw new Error(`nothing listens on ${port}`)
}
