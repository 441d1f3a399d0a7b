// In: a desk's port. Out: requests as no browser would send them: any header, any body, from any address of the loopback network;
// and an officer whose authenticator the test holds.
// Must not reach into the program.
import { request } from 'node:http'
import { connect } from 'node:net'
import { codeAt } from '../../src/people/totp.ts'
import type { Bureau } from './bureau.ts'
import { PASSWORD, readBase32, type Visitor } from './officers.ts'

export interface Sent {
  status: number
  body: string
  headers: Record<string, string | string[] | undefined>
  /** Lines of Set-Cookie. */
  set: string[]
}

export interface Attack {
  headers?: Record<string, string>
  /** A form when it is an object. */
  body?: string | Buffer | Record<string, string>
  /** The address it comes from, 127.0.0.0/8. */
  from?: string | undefined
}

export const FORM = 'application/x-www-form-urlencoded'

/** One request, as it is. */
export function send(port: number, method: string, path: string, attack: Attack = {}): Promise<Sent> {
  const { headers = {}, body = '', from = '127.0.0.1' } = attack
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : new URLSearchParams(body).toString()
  const type: Record<string, string> =
    typeof body === 'object' && !Buffer.isBuffer(body) ? { 'content-type': FORM } : {}
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, method, path, localAddress: from, headers: { ...type, ...headers }, agent: false },
      (reply) => {
        const parts: Buffer[] = []
        reply.on('data', (part: Buffer) => parts.push(part))
        reply.on('end', () =>
          resolve({
            status: reply.statusCode ?? 0,
            body: Buffer.concat(parts).toString('utf8'),
            headers: reply.headers,
            set: reply.headers['set-cookie'] ?? [],
          }),
        )
      },
    )
    asked.on('error', reject)
    asked.end(bytes)
  })
}

/** Begins a request and never ends it. @returns how long the desk bore it, in seconds, and what it said */
export function drip(port: number, start: string): Promise<{ seconds: number; said: string }> {
  const since = performance.now()
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(start))
    const more = setInterval(() => socket.write('a'), 500)
    socket.on('data', (part) => (said += part.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(more)
      resolve({ seconds: (performance.now() - since) / 1_000, said })
    })
  })
}

/** A browser that keeps its cookies, and whose owner's authenticator is at hand. */
export interface Officer {
  login: string
  codes: string[]
  /** Name and value of every cookie it has. */
  jar: Map<string, string>
  header: () => string
  csrf: string
  code: (step?: number) => string
  get: (path: string, from?: string) => Promise<Sent>
  post: (path: string, fields: Record<string, string>, from?: string) => Promise<Sent>
  /** Password and code. @returns the last answer */
  enter: (given?: { password?: string; from?: string }) => Promise<Sent>
}

/** Somebody whom the administrator lets in, signed in for the first time. */
export async function hire(
  bureau: Pick<Bureau, 'deskPort' | 'now'>,
  admin: Visitor,
  given: { login: string; name: string; roles: string[] },
): Promise<Officer> {
  await admin.get('/desk/people')
  const { login, name, roles } = given
  const shown = await admin.post('/desk/people', { login, name, organisation: 'bureau', role: roles })
  const link = /\/desk\/invitation\/[\w-]+/.exec(shown.body)?.[0] ?? ''
  const officer = openOfficerBrowser(bureau, login)
  await officer.post(link, { password: PASSWORD, again: PASSWORD })
  await officer.post('/desk/sign-in', { login, password: PASSWORD })
  const page = await officer.get('/desk/enrol')
  const secret = readBase32(/<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)?.[1] ?? '')
  officer.code = (step = 0) => codeAt(secret, Math.floor(bureau.now() / 30_000) + step)
  const enrolled = await officer.post('/desk/enrol', { code: officer.code() })
  officer.codes = [...enrolled.body.matchAll(/[A-Z2-9]{5}-[A-Z2-9]{5}/g)].map(([code]) => code)
  if (officer.codes.length === 0) throw new Error(`not enrolled: ${enrolled.status} ${enrolled.body}`)
  await officer.get('/desk/account')
  return officer
}

function openOfficerBrowser({ deskPort }: Pick<Bureau, 'deskPort'>, name: string): Officer {
  const jar = new Map<string, string>()
  const header = (): string => [...jar].map(([key, value]) => `${key}=${value}`).join('; ')
  const keep = (sent: Sent): Sent => {
    for (const line of sent.set) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (pair.length === at + 1) jar.delete(pair.slice(0, at))
      else jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
    self.csrf = /name="csrf" value="([^"]+)"/.exec(sent.body)?.[1] ?? self.csrf
    return sent
  }
  const self: Officer = {
    login: name,
    codes: [],
    jar,
    header,
    csrf: '',
    code: () => '',
    get: async (path, from) => keep(await send(deskPort, 'GET', path, { headers: { cookie: header() }, from })),
    post: async (path, fields, from) => {
      const headers = { cookie: header(), origin: `http://127.0.0.1:${deskPort}` }
      return keep(await send(deskPort, 'POST', path, { headers, body: { csrf: self.csrf, ...fields }, from }))
    },
    enter: async ({ password = PASSWORD, from } = {}) => {
      const half = await self.post('/desk/sign-in', { login: name, password }, from)
      if (half.status !== 303) return half
      await self.get('/desk/code', from)
      return self.post('/desk/code', { code: self.code() }, from)
    },
  }
  return self
}
