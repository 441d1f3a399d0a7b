// In: what a push service is to answer. Out: a small one over TLS and HTTP/2 on loopback that opens every message.
// Only for the sender's own tests; the strict stand-in of the town is written by other hands.
import { execFileSync } from 'node:child_process'
import { createECDH, randomBytes, type ECDH } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createSecureServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decrypt } from 'http_ece'

export interface Message {
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Which of our clients spoke: our own framing wants no table for replies, the runtime's leaves it as it is. */
  over: 'frames' | 'runtime'
  /** What the subscriber reads. */
  text: { title: string; body: string; tag: string; drill: boolean; withdrawn: boolean }
}

export interface Answer {
  status: number
  headers?: Record<string, string>
}

export interface PushService {
  origin: string
  allow: string
  ca: string
  messages: Message[]
  /** Asked for every message; undefined hangs. */
  answer: (message: Message, nth: number) => Answer | undefined
  /** Lets an answer go; a test may keep it. */
  respond: (answer: () => void) => void
  subscribe(): { endpoint: string; keys: { p256dh: string; auth: string } }
  /** Taken one by one by the next connections, instead of being served. */
  scripts: ((socket: TLSSocket) => void)[]
  /** Ends every connection as a service does that is restarted. */
  hangUp(): void
  connections(): number
  /** Forgets what it was told, and takes everything again. */
  reset(): void
  close(): Promise<void>
}

/** A certificate for 127.0.0.1, its own authority. */
export function makeCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'quakedesk-push-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  rmSync(folder, { recursive: true })
  return made
}

export async function startPushService(): Promise<PushService> {
  const { key, cert } = makeCertificate()
  const people = new Map<string, { pair: ECDH; auth: Buffer }>()
  const sessions = new Set<ServerHttp2Session>()
  let connections = 0
  const server = createSecureServer({ key, cert })
  server.on('session', (session) => {
    connections += 1
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => undefined)
  })
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = []
    stream.on('error', () => undefined)
    stream.on('data', (part: Buffer) => parts.push(part))
    stream.on('end', () => {
      const path = headers[':path'] ?? ''
      const person = people.get(path)
      const body = Buffer.concat(parts)
      const read = person
        ? decrypt(body, {
            version: 'aes128gcm',
            privateKey: person.pair,
            authSecret: person.auth.toString('base64url'),
          })
        : Buffer.from('{}')
      const over = stream.session?.remoteSettings.headerTableSize === 0 ? 'frames' : 'runtime'
      const message: Message = { path, headers, body, over, text: JSON.parse(read.toString()) as Message['text'] }
      service.messages.push(message)
      const answer = service.answer(message, service.messages.length)
      if (!answer) return
      service.respond(() => {
        if (stream.destroyed) return
        stream.respond({ ':status': answer.status, ...answer.headers })
        stream.end()
      })
    })
  })
  const serving = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[]
  server.removeAllListeners('secureConnection')
  server.on('secureConnection', (socket: TLSSocket) => {
    const script = service.scripts.shift()
    socket.on('error', () => undefined)
    if (script) script(socket)
    else for (const each of serving) each.call(server, socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const service: PushService = {
    origin: `https://127.0.0.1:${port}`,
    allow: `127.0.0.1:${port}`,
    ca: cert,
    messages: [],
    scripts: [],
    answer: () => ({ status: 201, headers: { location: '/m/1' } }),
    respond: (answer) => answer(),
    subscribe: () => {
      const pair = createECDH('prime256v1')
      pair.generateKeys()
      const auth = randomBytes(16)
      const path = `/push/${randomBytes(12).toString('base64url')}`
      people.set(path, { pair, auth })
      return {
        endpoint: `${service.origin}${path}`,
        keys: { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') },
      }
    },
    hangUp: () => {
      for (const session of sessions) session.destroy()
    },
    connections: () => connections,
    reset: () => {
      service.hangUp()
      connections = 0
      service.messages = []
      service.scripts = []
      service.respond = (answer) => answer()
      service.answer = () => ({ status: 201, headers: { location: '/m/1' } })
    },
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy()
        server.close(() => resolve())
      }),
  }
  return service
}
