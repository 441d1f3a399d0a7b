// In: the table of the desk's routes. Out: each behind its lock: session, act, CSRF. Nothing below /desk is without an entry.
// Must not know what a page shows. A route without a named act stops the start.
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Instant } from '../../core/instant.ts'
import { mayDo, type DeskAct } from '../../core/people/roles.ts'
import type { Session } from '../../people/sessions.ts'
import { DESK_HEADERS } from '../serving.ts'

/** anyone: before a session; half-way: between password and code. */
export type DoorAct = DeskAct | 'anyone' | 'half-way'

export interface Visit {
  /** Null on routes for anyone. */
  session: Session | null
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  form: URLSearchParams
  address: string
  /** What an earlier sign-in left in this browser; it opens nothing by itself. */
  device?: string
}

export type Shown =
  | { page: string; status?: number; signIn?: string; signOut?: boolean; device?: string }
  | { to: string; signIn?: string; signOut?: boolean; device?: string }
  | { data: string | Readable; type: string; name?: string; status?: number }

export interface DeskRoute {
  method: 'GET' | 'POST'
  /** Below /desk. */
  path: string
  act: DoorAct
  /** True for what an open page asks by itself: it keeps nobody signed in. */
  quiet?: boolean
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

  for (const route of context.routes) {
    app.route<{ Params: Record<string, string> }>({
      method: route.method,
      url: `/desk${route.path}`,
      config: { act: route.act },
      handler: async (request, reply) => {
        const token = readCookie(request.headers.cookie ?? '', cookie)
        const session = token === null ? null : await context.find(token, route.quiet !== true, context.now())
        const way = judgeSession(route.act, session)
        if (way === 'sign-in')
          return route.quiet ? stop(reply, 401, '登录已结束', null) : answer(reply, { to: signInFor(request) })
        if (way === 'not-yours') return stop(reply, 403, '您的角色不能进行此操作', session)
        const form = readForm(request)
        const query = new URLSearchParams(request.url.split('?')[1] ?? '')
        const words = [...Object.values(request.params), ...query.values(), ...(form?.values() ?? [])]
        // No text of PostgreSQL's holds it: it would be an error of the house, and is a fault of the asker.
        if (form === null || words.some((word) => word.includes('\0'))) return stop(reply, 400, '表单无法读取', session)
        if (route.method === 'POST' && !isOwnForm(request, form, route.act === 'anyone' ? null : session))
          return stop(reply, 403, '此操作不是从本页面发出的，请返回重试', session)
        return answer(
          reply,
          await route.handle({
            session,
            params: request.params,
            query,
            form,
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

function readForm(request: FastifyRequest): URLSearchParams | null {
  if (request.method !== 'POST') return new URLSearchParams()
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) return null
  const form = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '')
  return form.size > MOST_FIELDS ? null : form
}

/**
 * A form of this desk: the browser says so (Origin, or Sec-Fetch-Site where it sends none), and within a session the form
 * carries the session's own word.
 */
function isOwnForm(request: FastifyRequest, form: URLSearchParams, session: Session | null): boolean {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined && !isHost(origin, host)) return false
  if (origin === undefined && site !== undefined && site !== 'same-origin') return false
  return session === null || form.get('csrf') === session.csrf
}

function isHost(origin: string, host: string | undefined): boolean {
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
