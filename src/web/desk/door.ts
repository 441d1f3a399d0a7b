// In: the table of the desk's routes. Out: each behind its lock: session, act, CSRF. Nothing below /desk is without an entry.
// Must not know what a page shows. A route without a named act stops the start.
import { createHmac } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MOST_ATTACHMENT_BYTES } from '../../core/attachments/attachment.ts'
import type { Instant } from '../../core/instant.ts'
import { mayDo, type DeskAct } from '../../core/people/roles.ts'
import type { Session } from '../../people/sessions.ts'
import { DESK_HEADERS, SEALED } from '../serving.ts'
import { AROUND_FILE, readFileForm } from '../file-form.ts'

/** anyone: before a session; half-way: between password and code. */
export type DoorAct = DeskAct | 'anyone' | 'half-way'

export interface Visit {
  /** Null on routes for anyone. */
  session: Session | null
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  form: URLSearchParams
  /** On routes that take one; empty where none was chosen. */
  file?: Uint8Array
  address: string
  /** What an earlier sign-in left in this browser; it opens nothing by itself. */
  device?: string
}

export type Shown =
  | { page: string; status?: number; signIn?: string; signOut?: boolean; device?: string }
  | { to: string; signIn?: string; signOut?: boolean; device?: string }
  /** sealed: bytes that somebody else made; a browser draws them and does nothing else with them. */
  | { data: string | Buffer | Readable; type: string; name?: string; status?: number; sealed?: true }

export interface DeskRoute {
  method: 'GET' | 'POST'
  /** Below /desk. */
  path: string
  act: DoorAct
  /** True for what an open page asks by itself: it keeps nobody signed in. */
  quiet?: boolean
  /** Takes a form with one file. Its body is not read before session, origin and the address's own word are known. */
  file?: true
  handle: (visit: Visit) => Promise<Shown>
}

export interface DoorContext {
  routes: readonly DeskRoute[]
  find: (token: string, isAct: boolean, now: Instant) => Promise<Session | null>
  now: () => Instant
  /** True where browsers reach the desk over TLS: the cookie is then sent over nothing else. */
  secure: boolean
  /** Page that says why not, for a person; `back` is where to go on. */
  refuse: (status: number, reason: string, session: Session | null) => string
  /** Whether the Cookie header of a live connection belongs to a session that lasts. */
  isSeated: (cookies: string) => Promise<boolean>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may come in; a route below /desk without it stops the start. token: the command line's own lock. */
    act?: DoorAct | 'token'
  }
}

const HTML = 'text/html; charset=utf-8'
const MOST_FIELDS = 300
/** Lax would let another site open pages here; Strict costs one more click from a chat's link, which shows the sign-in page. */
const COOKIE_RULES = 'Path=/; HttpOnly; SameSite=Strict'
/** As long as people/sign-in.ts knows a browser. */
const DEVICE_S = 90 * 86_400

/** Puts every route of the table behind its lock. */
export async function openDoor(app: FastifyInstance, context: DoorContext): Promise<void> {
  const cookie = nameCookie(context.secure)
  const device = `${cookie}-device`
  const suffix = context.secure ? `${COOKIE_RULES}; Secure` : COOKIE_RULES
  const answer = (reply: FastifyReply, shown: Shown): FastifyReply => {
    reply.headers(DESK_HEADERS).header('cache-control', 'no-store')
    if ('signIn' in shown && shown.signIn !== undefined)
      reply.header('set-cookie', `${cookie}=${shown.signIn}; ${suffix}`)
    if ('device' in shown && shown.device !== undefined)
      reply.header('set-cookie', `${device}=${shown.device}; Max-Age=${DEVICE_S}; ${suffix}`)
    if ('signOut' in shown && shown.signOut) reply.header('set-cookie', `${cookie}=; Max-Age=0; ${suffix}`)
    if ('to' in shown) return reply.code(303).header('location', shown.to).send()
    if ('data' in shown) {
      if (shown.sealed) reply.header('content-security-policy', SEALED)
      if (shown.name !== undefined) reply.header('content-disposition', `attachment; filename="${shown.name}"`)
      return reply
        .code(shown.status ?? 200)
        .type(shown.type)
        .send(shown.data)
    }
    return reply
      .code(shown.status ?? 200)
      .type(HTML)
      .send(shown.page)
  }
  const stop = (reply: FastifyReply, status: number, reason: string, session: Session | null): FastifyReply =>
    answer(reply, { page: context.refuse(status, reason, session), status })

  /** The session of whoever may come in; false when the answer is given. */
  const admit = async (
    route: DeskRoute,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Session | null | false> => {
    const token = readCookie(request.headers.cookie ?? '', cookie)
    const session = token === null ? null : await context.find(token, route.quiet !== true, context.now())
    const way = judgeSession(route.act, session)
    if (way === 'in') return session
    if (way === 'not-yours') stop(reply, 403, '您的角色不能进行此操作', session)
    else if (route.quiet) stop(reply, 401, '登录已结束', null)
    else answer(reply, { to: signInFor(request) })
    return false
  }
  const foreign = (reply: FastifyReply, session: Session | null): FastifyReply =>
    stop(reply, 403, '此操作不是从本页面发出的，请返回重试', session)
  /** What a route that takes a file asks before a byte of its body is taken. */
  const early = (route: DeskRoute) => ({
    bodyLimit: MOST_ATTACHMENT_BYTES + AROUND_FILE,
    onRequest: async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      // Whoever is turned away is not read to the end.
      reply.header('connection', 'close')
      const session = await admit(route, request, reply)
      if (session === false) return reply
      if (!isOwnForm(request, readQuery(request).get('word'), fileWord(request, session)))
        return foreign(reply, session)
      reply.removeHeader('connection')
      return undefined
    },
  })

  for (const route of context.routes) {
    app.route<{ Params: Record<string, string> }>({
      method: route.method,
      url: `/desk${route.path}`,
      config: { act: route.act },
      ...(route.file ? early(route) : {}),
      handler: async (request, reply) => {
        const session = await admit(route, request, reply)
        if (session === false) return reply
        const read = readForm(request, route.file === true)
        const query = readQuery(request)
        const words = [...Object.values(request.params), ...query.values(), ...(read?.form.values() ?? [])]
        // No text of PostgreSQL's holds it: it would be an error of the house, and is a fault of the asker.
        if (read === null || words.some((word) => word.includes('\0'))) return stop(reply, 400, '表单无法读取', session)
        if (route.method === 'POST' && !route.file) {
          const wanted = route.act === 'anyone' || session === null ? null : session.csrf
          if (!isOwnForm(request, read.form.get('csrf'), wanted)) return foreign(reply, session)
        }
        return answer(
          reply,
          await route.handle({
            session,
            params: request.params,
            query,
            ...read,
            address: request.ip,
            device: readCookie(request.headers.cookie ?? '', device) ?? '',
          }),
        )
      },
    })
  }
}

/** A route below /desk that names no act never comes to life; registered before any other. */
export function requireActs(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/desk')) return
    const { config } = route
    if (config?.act === undefined) throw new Error(`${String(route.method)} ${route.url} has no act: who may come in?`)
  })
}

/** What a session may do at a route. */
export function judgeSession(
  act: DoorAct,
  session: Pick<Session, 'stage' | 'roles'> | null,
): 'in' | 'sign-in' | 'not-yours' {
  if (act === 'anyone') return 'in'
  if (session === null) return 'sign-in'
  if (act === 'half-way') return session.stage === 'full' ? 'sign-in' : 'in'
  if (session.stage !== 'full') return 'sign-in'
  return mayDo(session.roles, act) ? 'in' : 'not-yours'
}

/** The cookie's name: over TLS no other host and no path can plant it (RFC 6265bis §4.1.3.2). */
export const nameCookie = (secure: boolean): string => (secure ? '__Host-quakedesk' : 'quakedesk')

/** A session's token out of a Cookie header. */
export function readCookie(header: string, name: string): string | null {
  if (header.length > 8_192) return null
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}

const readQuery = ({ url }: FastifyRequest): URLSearchParams => new URLSearchParams(url.split('?')[1] ?? '')

function readForm(request: FastifyRequest, takesFile: boolean): Pick<Visit, 'form' | 'file'> | null {
  if (request.method !== 'POST') return { form: new URLSearchParams() }
  const type = request.headers['content-type'] ?? ''
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  if (takesFile) {
    const read = readFileForm(type, body)
    return read && { form: read.fields, file: read.file }
  }
  if (!type.startsWith('application/x-www-form-urlencoded')) return null
  const form = new URLSearchParams(body.toString('utf8'))
  return form.size > MOST_FIELDS ? null : { form }
}

/**
 * What a form with a file carries in its address, where it can be read before the body. Good for this address alone: an
 * address is written down in more places than a form, and the session's own word stays out of it.
 * @param path as requested, without a query
 */
export function wordFor(csrf: string, path: string): string {
  return createHmac('sha256', csrf).update(path).digest('base64url')
}

const fileWord = ({ url }: FastifyRequest, session: Session | null): string | null =>
  session && wordFor(session.csrf, url.split('?')[0] ?? '')

/**
 * A form of this desk: the browser says so (Origin, or Sec-Fetch-Site where it sends none), and within a session the form
 * carries the word that is wanted.
 */
function isOwnForm(request: FastifyRequest, given: string | null, wanted: string | null): boolean {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined && !isHost(origin, host)) return false
  if (origin === undefined && site !== undefined && site !== 'same-origin') return false
  return wanted === null || given === wanted
}

/** @param origin as a browser sends it: scheme, host and port */
export function isHost(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}

/** Back to where somebody wanted to go, once they are signed in; only a path of the desk. */
function signInFor(request: FastifyRequest): string {
  const wanted = request.method === 'GET' && request.url !== '/desk' ? `?to=${encodeURIComponent(request.url)}` : ''
  return `/desk/sign-in${wanted}`
}

/** @returns a path of the desk, or the board */
export function readReturn(wanted: string | null): string {
  return wanted !== null && /^\/desk\/[A-Za-z0-9/_?=&%.-]{0,300}$/.test(wanted) && !wanted.includes('//')
    ? wanted
    : '/desk'
}
