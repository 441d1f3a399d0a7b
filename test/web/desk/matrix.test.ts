// In: every route of the desk, every role. Out: who comes in where. A route without a row here fails, and so does a row without a route.
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROLES, type Role } from '../../../src/core/people/roles.ts'
import type { Session } from '../../../src/people/sessions.ts'
import { listAccountRoutes } from '../../../src/web/desk/account-routes.ts'
import { listAgencyRoutes } from '../../../src/web/desk/agencies/routes.ts'
import { listBoardRoutes } from '../../../src/web/desk/board/routes.ts'
import { listDraftRoutes } from '../../../src/web/desk/drafts/routes.ts'
import { openDoor, requireActs, wordFor, type DeskRoute } from '../../../src/web/desk/door.ts'
import { listCardRoutes } from '../../../src/web/desk/cards-routes.ts'
import { listChannelRoutes } from '../../../src/web/desk/outlets/routes.ts'
import { listDossierRoutes } from '../../../src/web/desk/dossier-routes.ts'
import { listDrillRoutes } from '../../../src/web/desk/drill-routes.ts'
import { listJournalRoutes } from '../../../src/web/desk/journal-routes.ts'
import { listPeopleRoutes } from '../../../src/web/desk/people-routes.ts'
import { listHandoverRoutes } from '../../../src/web/desk/rumours/handover/routes.ts'
import { listRumourRoutes } from '../../../src/web/desk/rumours/routes.ts'
import { listRosterRoutes } from '../../../src/web/desk/roster-routes.ts'
import { DESK_PAGES } from '../../support/desk-pages.ts'
import { HANDOVER_ROWS } from './handover-rows.ts'
import { RUMOUR_ROWS } from './rumour-rows.ts'
import { listTemplateRoutes } from '../../../src/web/desk/templates/routes.ts'

const EVERYBODY = ROLES
const STAFF: readonly Role[] = ['duty', 'publicity', 'lead']
const BOARD: readonly Role[] = [...STAFF, 'observer']
const DECIDING: readonly Role[] = ['duty', 'lead']
const LEADING: readonly Role[] = ['lead']
const RECORD: readonly Role[] = ['audit-admin', 'lead']
const SYSTEM: readonly Role[] = ['system-admin']
const OUTLETS: readonly Role[] = [...BOARD, ...SYSTEM]
const LEAD: readonly Role[] = ['lead']
const SECURITY: readonly Role[] = ['security-admin']

/** Written by hand: who may come in where. 'anyone' needs no session, 'half-way' one that waits for its code. */
const MATRIX: Readonly<Record<string, readonly Role[] | 'anyone' | 'half-way'>> = {
  'GET /sign-in': 'anyone',
  'POST /sign-in': 'anyone',
  'POST /visit': 'anyone',
  'GET /invitation/:token': 'anyone',
  'POST /invitation/:token': 'anyone',
  'GET /code': 'half-way',
  'POST /code': 'half-way',
  'GET /enrol': 'half-way',
  'POST /enrol': 'half-way',
  'POST /sign-out': EVERYBODY,
  'GET /account': EVERYBODY,
  'POST /account/password': EVERYBODY,
  'POST /account/sessions': EVERYBODY,
  'GET /people': SECURITY,
  'POST /people': SECURITY,
  'POST /organisations': SECURITY,
  'GET /people/:id': SECURITY,
  'POST /people/:id': SECURITY,
  'POST /people/:id/reset': SECURITY,
  'GET ': BOARD,
  'GET /parts/board': BOARD,
  'GET /holds/:id': BOARD,
  'POST /holds/:id/publish': DECIDING,
  'POST /holds/:id/dismiss': DECIDING,
  'GET /quakes/:id': BOARD,
  'GET /parts/quakes/:id': BOARD,
  'GET /notices/:id/withdraw': DECIDING,
  'POST /notices/:id/withdraw': DECIDING,
  'GET /notices/:id/progress': BOARD,
  'GET /parts/notices/:id/progress': BOARD,
  'POST /notices/:id/removals': DECIDING,
  'GET /removals/:id': BOARD,
  'POST /removals/:id/confirm': DECIDING,
  'POST /removals/:id/decline': DECIDING,
  'POST /removals/:id/by-hand': DECIDING,
  'POST /alarms/:id/acknowledge': STAFF,
  'POST /quakes/:id/deadlines/:deadline': STAFF,
  'POST /switches': DECIDING,
  'GET /drafts': STAFF,
  'GET /drafts/new': STAFF,
  'POST /drafts': STAFF,
  'GET /drafts/:id': STAFF,
  'GET /drafts/:id/edit': STAFF,
  'POST /drafts/:id': STAFF,
  'POST /drafts/:id/attachments': STAFF,
  'POST /drafts/:id/attachments/:file': STAFF,
  'GET /drafts/:id/attachments/:file': STAFF,
  'POST /drafts/:id/submit': STAFF,
  'POST /drafts/:id/discard': STAFF,
  'POST /drafts/:id/pass': STAFF,
  'POST /drafts/:id/return': STAFF,
  'POST /drafts/:id/schedule': STAFF,
  'POST /drafts/:id/unschedule': STAFF,
  'POST /drafts/:id/release': STAFF,
  ...RUMOUR_ROWS,
  ...HANDOVER_ROWS,
  'GET /roster': DECIDING,
  'POST /roster': DECIDING,
  'POST /roster/:id/remove': DECIDING,
  'POST /handovers': DECIDING,
  'POST /handovers/:id/read': DECIDING,
  'GET /channels': OUTLETS,
  'GET /channels/:id': OUTLETS,
  'POST /channels/:id/register': SYSTEM,
  'POST /channels/:id/approval': LEAD,
  'POST /channels/:id/credentials': SYSTEM,
  'POST /channels/:id/credentials/remove': SYSTEM,
  'POST /channels/:id/rehearse': SYSTEM,
  'GET /cards': STAFF,
  'POST /cards/:id/take': STAFF,
  'POST /cards/:id/posted': STAFF,
  'POST /cards/:id/absent': STAFF,
  'GET /templates': STAFF,
  'GET /templates/files/:name': STAFF,
  'POST /templates/files/:name': STAFF,
  'GET /templates/versions/:id': STAFF,
  'POST /templates/versions/:id/force': LEADING,
  'POST /templates/authorisations': LEADING,
  'POST /templates/authorisations/:id/end': LEADING,
  'GET /drills': DECIDING,
  'POST /drills': DECIDING,
  'GET /drills/:id': DECIDING,
  'GET /parts/drills/:id': DECIDING,
  'POST /drills/:id/start': DECIDING,
  'POST /drills/:id/end': DECIDING,
  'POST /drills/:id/abort': DECIDING,
  'POST /drills/:id/cancel': DECIDING,
  'GET /drills/:id/report.json': DECIDING,
  'GET /drills/:id/report.csv': DECIDING,
  'GET /dossiers': RECORD,
  'GET /quakes/:id/dossier': RECORD,
  'POST /quakes/:id/dossier': RECORD,
  'GET /quakes/:id/dossier.json': RECORD,
  'GET /raw/:id': RECORD,
  'GET /journal': RECORD,
  'POST /journal/verify': RECORD,
  'GET /journal.csv': RECORD,
  'GET /journal.json': RECORD,
}

/** The real table; what stands behind each route is not asked here. */
const nothing = {} as never
const routes: DeskRoute[] = [
  ...listAccountRoutes({ people: nothing, frame: nothing, bureau: nothing, visitors: async () => null }),
  ...listPeopleRoutes({ people: nothing, frame: nothing, deskUrl: '' }),
  ...listDraftRoutes({ writing: nothing, frame: nothing }),
  ...listRumourRoutes(nothing),
  ...listHandoverRoutes(nothing),
  ...listAgencyRoutes(nothing),
  ...listRosterRoutes({ roster: nothing, frame: nothing }),
  ...listBoardRoutes({ board: nothing, frame: nothing, command: nothing }),
  ...listJournalRoutes({ pool: nothing, frame: nothing, walk: nothing }),
  ...listChannelRoutes(nothing),
  ...listCardRoutes(nothing),
  ...listTemplateRoutes({ templates: nothing, frame: nothing }),
  ...listDrillRoutes({ pool: nothing, frame: nothing, drills: nothing, now: nothing }),
  ...listDossierRoutes({ pool: nothing, frame: nothing, walk: nothing, now: nothing }),
].map((route) => ({ ...route, handle: async () => ({ page: 'in' }) }))
const keyOf = ({ method, path }: DeskRoute): string => `${method} ${path}`

const sessions = new Map<string, Pick<Session, 'roles' | 'stage' | 'csrf'>>()
for (const role of ROLES) sessions.set(`full-${role}`, { roles: [role], stage: 'full', csrf: `csrf-${role}` })
for (const stage of ['second-factor', 'enrol'] as const)
  sessions.set(stage, { roles: [...ROLES], stage, csrf: `csrf-${stage}` })

const app = Fastify()
beforeAll(async () => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  requireActs(app)
  await openDoor(app, {
    routes,
    find: async (token) => (sessions.get(token) as Session | undefined) ?? null,
    now: () => 0,
    secure: true,
    refuse: (_status, reason) => reason,
    isSeated: async () => false,
  })
})
afterAll(() => app.close())

const STROKE = '----WebKitFormBoundaryAbc123'
const FILE_FORM = `--${STROKE}\r\nContent-Disposition: form-data; name="alt"\r\n\r\nwords\r\n--${STROKE}--\r\n`

async function knock(
  route: DeskRoute,
  token: string | null,
  more: { csrf?: string; origin?: null; headers?: object } = {},
) {
  const csrf = more.csrf ?? sessions.get(token ?? '')?.csrf ?? ''
  const path = `/desk${route.path.replace(/:\w+/g, 'x')}`
  return app.inject({
    method: route.method,
    // Before a file is taken, the address says whose form it is.
    url: route.file && csrf !== '' ? `${path}?word=${wordFor(csrf, path)}` : path,
    headers: {
      host: 'desk.example',
      ...(token === null ? {} : { cookie: `__Host-quakedesk=${token}` }),
      ...(route.method === 'POST'
        ? {
            ...(more.origin === null ? {} : { origin: 'https://desk.example' }),
            'content-type': route.file
              ? `multipart/form-data; boundary=${STROKE}`
              : 'application/x-www-form-urlencoded',
          }
        : {}),
      ...more.headers,
    },
    ...(route.method === 'POST' ? { payload: route.file ? FILE_FORM : `csrf=${csrf}` } : {}),
  })
}

test('every route of the desk has a row, and every row a route', () => {
  expect(routes.map(keyOf).toSorted()).toEqual(Object.keys(MATRIX).toSorted())
})

test('every page of the desk has a row in the table by which axe-core looks at it and the bench times it', () => {
  const pages = routes.filter(({ method }) => method === 'GET').map(({ path }) => path)
  expect(pages.toSorted()).toEqual(Object.keys(DESK_PAGES).toSorted())
})

test.each(routes.map((route) => [keyOf(route), route] as const))(
  '%s lets in whom its row names, and nobody else',
  async (key, route) => {
    const row = MATRIX[key]
    for (const token of [null, 'planted', ...sessions.keys()]) {
      const { statusCode } = await knock(route, token)
      const session = sessions.get(token ?? '')
      const isIn =
        row === 'anyone' ||
        (session !== undefined &&
          (row === 'half-way'
            ? session.stage !== 'full'
            : session.stage === 'full' && session.roles.some((role) => row?.includes(role))))
      // Turned away: to the sign-in page, or told that it is not theirs; an open page that asks by itself is told 401.
      expect([key, token, statusCode]).toEqual([
        key,
        token,
        isIn ? 200 : session?.stage === 'full' && row !== 'half-way' ? 403 : (route.quiet ?? false) ? 401 : 303,
      ])
    }
  },
)

test.each(
  routes
    .filter(({ method, act }) => method === 'POST' && act !== 'anyone')
    .map((route) => [keyOf(route), route] as const),
)('%s takes no form that another site sent, or that lacks the session’s own word', async (key, route) => {
  const row = MATRIX[key]
  const token = row === 'half-way' ? 'enrol' : `full-${(row as readonly Role[])[0]}`
  expect((await knock(route, token)).statusCode).toBe(200)
  for (const [why, more] of [
    ['no word', { csrf: '' }],
    ['another’s word', { csrf: 'csrf-other' }],
    ['another origin', { headers: { origin: 'https://evil.example' } }],
    ['no origin, cross-site', { origin: null, headers: { 'sec-fetch-site': 'cross-site' } }],
    ['an opaque origin', { headers: { origin: 'null' } }],
    ['JSON', { headers: { 'content-type': 'application/json' } }],
    ['plain text', { headers: { 'content-type': 'text/plain' } }],
  ] as const) {
    const { statusCode } = await knock(route, token, more)
    expect([why, statusCode === 403 || statusCode === 400]).toEqual([why, true])
  }
})

test('a route below /desk that names nobody stops the start', () => {
  const open = Fastify()
  requireActs(open)
  expect(() => open.get('/desk/forgotten', async () => 'in')).toThrow('GET /desk/forgotten has no act')
})

test('the cookie is bound to this host, to TLS, out of scripts’ reach, and never sent from another site', async () => {
  const seat = routes.find(({ path }) => path === '/visit')
  if (!seat) throw new Error('no route')
  const own = Fastify()
  own.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  await openDoor(own, {
    routes: [{ ...seat, handle: async () => ({ to: '/desk', signIn: 'token' }) }],
    find: async () => null,
    now: () => 0,
    secure: true,
    refuse: (_status, reason) => reason,
    isSeated: async () => false,
  })
  const reply = await own.inject({
    method: 'POST',
    url: '/desk/visit',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: '',
  })
  expect(reply.headers['set-cookie']).toBe('__Host-quakedesk=token; Path=/; HttpOnly; SameSite=Strict; Secure')
  expect(reply.headers['cache-control']).toBe('no-store')
  await own.close()
})
