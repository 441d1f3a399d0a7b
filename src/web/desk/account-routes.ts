// In: somebody at the door. Out: signed in, or told why not; their own password, second factor and sessions.
// Must not keep a password in an answer, nor say whether a login exists.
import { mayDo, ROLE_NAMES, ROLES, type Role } from '../../core/people/roles.ts'
import { changePassword } from '../../people/accounts.ts'
import type { PeopleContext } from '../../people/context.ts'
import { acceptInvitation, readInvitation } from '../../people/invitations.ts'
import { enrolSecondFactor, offerSecondFactor } from '../../people/second-factor.ts'
import type { Session } from '../../people/sessions.ts'
import { giveCode, signIn, type SignedIn } from '../../people/sign-in.ts'
import { endSession, endSessionsOf } from '../../store/people/sessions.ts'
import { drawQr } from '../public/qr.ts'
import { readReturn, type DeskRoute, type Shown, type Visit } from './door.ts'
import { listDoors } from './doors.ts'
import type { DeskFrame } from './frame.ts'
import { refused } from './refused.ts'

export interface AccountPages {
  people: PeopleContext
  frame: DeskFrame
  bureau: { name: string }
  /** Of the demonstration: how visitors take a seat without a password. Null elsewhere. */
  visitors: ((role: string) => Promise<string | null>) | null
}

const VISITING = ['duty', 'lead', 'publicity', 'observer', 'security-admin', 'audit-admin'] as const

/** The routes of signing in and of one's own account. */
export function listAccountRoutes(pages: AccountPages): DeskRoute[] {
  const { people, frame } = pages
  const signInPage = (visit: Visit, reason: string, status = 200): Shown => ({
    status,
    page: frame.page({
      template: 'sign-in',
      title: '登录',
      session: null,
      view: {
        reason,
        login: reason === '' ? '' : (visit.form.get('login') ?? '').slice(0, 40),
        to: readReturn(visit.query.get('to') ?? visit.form.get('to')),
        visiting: pages.visitors === null ? [] : VISITING.map((role) => ({ role, name: ROLE_NAMES[role] })),
      },
    }),
  })
  const codePage = (session: Session, to: string, reason: string): Shown => ({
    status: reason === '' ? 200 : 401,
    page: frame.page({ template: 'code', title: '验证码', session, view: { reason, to } }),
  })
  const enrolPage = async (session: Session, to: string, reason: string): Promise<Shown> => {
    const { uri, typed } = await offerSecondFactor(people, session)
    const view = { reason, to, typed: typed.replace(/(.{4})(?=.)/g, '$1 '), qr: '\u0000qr\u0000' }
    const page = frame.page({ template: 'enrol', title: '绑定验证器', session, view })
    return { status: reason === '' ? 200 : 400, page: page.replace('\u0000qr\u0000', drawQr(uri, '验证器二维码', 220)) }
  }
  const goOn = (signed: SignedIn & { ok: true }, to: string): Shown =>
    signed.stage === 'full'
      ? { to, signIn: signed.token, device: signed.device }
      : {
          to: `/desk/${signed.stage === 'enrol' ? 'enrol' : 'code'}?to=${encodeURIComponent(to)}`,
          signIn: signed.token,
        }
  const returnOf = (visit: Visit): string => readReturn(visit.form.get('to') ?? visit.query.get('to'))

  return [
    { method: 'GET', path: '/sign-in', act: 'anyone', handle: async (visit) => signInPage(visit, '') },
    {
      method: 'POST',
      path: '/sign-in',
      act: 'anyone',
      handle: async (visit) => {
        const { form, address, device = '' } = visit
        const given = { login: form.get('login') ?? '', password: form.get('password') ?? '', address, device }
        const signed = await signIn(people, given)
        return signed.ok
          ? goOn(signed, returnOf(visit))
          : signInPage(visit, signed.reason, signed.rule === 'wrong' ? 401 : 429)
      },
    },
    {
      method: 'GET',
      path: '/code',
      act: 'half-way',
      handle: async (visit) => codePage(seated(visit), returnOf(visit), ''),
    },
    {
      method: 'POST',
      path: '/code',
      act: 'half-way',
      handle: async (visit) => {
        const session = seated(visit)
        const { form, address, device = '' } = visit
        const signed = await giveCode(people, session, { code: form.get('code') ?? '', address, device })
        return signed.ok
          ? goOn(signed, leadTo(returnOf(visit), session.roles))
          : codePage(session, returnOf(visit), signed.reason)
      },
    },
    {
      method: 'GET',
      path: '/enrol',
      act: 'half-way',
      handle: (visit) => enrolPage(seated(visit), returnOf(visit), ''),
    },
    {
      method: 'POST',
      path: '/enrol',
      act: 'half-way',
      handle: async (visit) => {
        const session = seated(visit)
        const { device = '' } = visit
        const enrolled = await enrolSecondFactor(people, session, visit.form.get('code') ?? '', { device })
        if (!enrolled.ok) return enrolPage(session, returnOf(visit), enrolled.reason)
        const view = { codes: enrolled.codes, to: returnOf(visit) }
        const page = frame.page({ template: 'codes', title: '备用验证码', session: null, view })
        return { page, signIn: enrolled.token, device: enrolled.device }
      },
    },
    {
      method: 'POST',
      path: '/sign-out',
      act: 'own-account',
      handle: async (visit) => {
        await endSession(people.pool, seated(visit).tokenHash)
        return { to: '/desk/sign-in', signOut: true }
      },
    },
    {
      method: 'GET',
      path: '/account',
      act: 'own-account',
      handle: async (visit) => accountPage(pages, seated(visit), '', visit.query.get('done') === '1' ? '已更改' : ''),
    },
    {
      method: 'POST',
      path: '/account/password',
      act: 'own-account',
      handle: async ({ session, form }) => {
        const mine = seated({ session })
        if (form.get('password') !== form.get('again')) return accountPage(pages, mine, '两次输入的新密码不同', '')
        const given = { old: form.get('old') ?? '', password: form.get('password') ?? '' }
        const changed = await changePassword(people, mine, given)
        return changed.ok ? { to: '/desk/account?done=1' } : accountPage(pages, mine, changed.reason, '')
      },
    },
    {
      method: 'POST',
      path: '/account/sessions',
      act: 'own-account',
      handle: async (visit) => {
        const { accountId, tokenHash } = seated(visit)
        await endSessionsOf(people.pool, accountId, tokenHash)
        return { to: '/desk/account?done=1' }
      },
    },
    ...listInvitationRoutes(pages),
    ...listVisitorRoutes(pages),
  ]
}

/** The session of a visit behind the lock. */
export function seated({ session }: Pick<Visit, 'session'>): Session {
  if (session === null) throw new Error('a route behind the lock was reached without a session')
  return session
}

function accountPage({ frame }: AccountPages, session: Session, reason: string, done: string): Shown {
  const view = {
    reason,
    done,
    login: session.login,
    name: session.name,
    roles: session.roles.map((r) => ROLE_NAMES[r]),
  }
  return {
    status: reason === '' ? 200 : 400,
    page: frame.page({ template: 'account', title: '我的账号', session, view }),
  }
}

/** A link that opens the door once: the first start's, or an administrator's. */
function listInvitationRoutes({ people, frame, bureau }: AccountPages): DeskRoute[] {
  const show = async (visit: Visit, reason: string): Promise<Shown> => {
    const token = visit.params['token'] ?? ''
    const found = await readInvitation(people, token)
    if (!found) {
      const why = '此链接已使用或已失效，请向安全管理员索取新的链接'
      return refused({ frame }, null, 410, why, '/desk/sign-in', '链接失效')
    }
    const given = { login: visit.form.get('login') ?? '', name: visit.form.get('name') ?? '' }
    const view = {
      reason,
      token,
      first: found.first,
      login: found.first ? given.login : found.login,
      name: found.first ? given.name : found.name,
    }
    return {
      status: reason === '' ? 200 : 400,
      page: frame.page({ template: 'invitation', title: '设置密码', session: null, view }),
    }
  }
  return [
    { method: 'GET', path: '/invitation/:token', act: 'anyone', handle: (visit) => show(visit, '') },
    {
      method: 'POST',
      path: '/invitation/:token',
      act: 'anyone',
      handle: async (visit) => {
        const { form, params } = visit
        if (form.get('password') !== form.get('again')) return show(visit, '两次输入的密码不同')
        const given = {
          login: form.get('login') ?? '',
          name: form.get('name') ?? '',
          password: form.get('password') ?? '',
        }
        const accepted = await acceptInvitation(people, params['token'] ?? '', given, bureau)
        return accepted.ok ? { to: '/desk/sign-in' } : show(visit, accepted.reason)
      },
    },
  ]
}

/** Whoever has no board, a liaison or an administrator, is led to the first of their own pages. */
const leadTo = (to: string, roles: readonly Role[]): string =>
  to === '/desk' && !mayDo(roles, 'see-board') ? (listDoors(roles)[0]?.to ?? to) : to

function listVisitorRoutes({ visitors }: AccountPages): DeskRoute[] {
  if (visitors === null) return []
  return [
    {
      method: 'POST',
      path: '/visit',
      act: 'anyone',
      handle: async ({ form }) => {
        const token = await visitors(form.get('role') ?? '')
        const roles = ROLES.filter((role) => role === form.get('role'))
        return token === null ? { to: '/desk/sign-in' } : { to: leadTo('/desk', roles), signIn: token }
      },
    },
  ]
}
