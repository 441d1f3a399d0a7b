// In: a running bureau. Out: its people, as they come in: by the first start's link, by invitation, by code; their pages and forms.
// Must not reach into the program: every step is a page that a browser would open or a form that it would send.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeAt } from '../../src/people/totp.ts'
import type { Bureau } from './bureau.ts'

export const PASSWORD = 'Xiaoxin-2031-ok'

export interface Page {
  status: number
  body: string
  /** Where the answer sends the browser; '' where it does not. */
  to: string
}

/** Somebody with a browser. */
export interface Visitor {
  get(path: string): Promise<Page>
  /** Sends a form with the session's own word, as the last page had it. */
  post(path: string, fields?: Record<string, string | string[]>): Promise<Page>
  /** Name and value of the session's cookie, for a browser that is to be the same person. */
  cookie(): { name: string; value: string }
}

/** One node of a bureau. */
export type Door = Pick<Bureau, 'deskPort' | 'dataFolder'>

/** A browser. @param seat the session's cookie, for somebody who is signed in elsewhere; '' has none */
export function openVisitor(bureau: Pick<Bureau, 'deskPort'>, seat = ''): Visitor {
  const base = `http://127.0.0.1:${bureau.deskPort}`
  let cookie = seat
  let csrf = ''
  const read = async (reply: Response): Promise<Page> => {
    const set = reply.headers.get('set-cookie')
    if (set !== null) cookie = set.split(';')[0] ?? ''
    const body = await reply.text()
    csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? csrf
    return { status: reply.status, body, to: reply.headers.get('location') ?? '' }
  }
  return {
    cookie: () => {
      const [name = '', value = ''] = cookie.split('=')
      return { name, value }
    },
    get: async (path) => read(await fetch(`${base}${path}`, { headers: { cookie }, redirect: 'manual' })),
    post: async (path, fields = {}) => {
      const form = new URLSearchParams({ csrf })
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) form.append(name, one)
      const headers = { cookie, origin: base, 'content-type': 'application/x-www-form-urlencoded' }
      return read(await fetch(`${base}${path}`, { method: 'POST', headers, body: form.toString(), redirect: 'manual' }))
    },
  }
}

/**
 * Puts a file beside a draft as the browser's form would.
 * @param path of the draft's page
 * @param more fields in the place of the form's own
 */
export async function attach(
  { deskPort }: Pick<Bureau, 'deskPort'>,
  visitor: Visitor,
  path: string,
  given: { bytes: Uint8Array<ArrayBuffer>; alt: string; seen?: string; word?: string },
): Promise<Page> {
  const base = `http://127.0.0.1:${deskPort}`
  const { body } = await visitor.get(path)
  const [, action = `${path}/attachments`] = /action="([^"]+\/attachments\?word=[^"]+)"/.exec(body) ?? []
  const form = new FormData()
  form.set('seen', given.seen ?? /第 (\d+) 稿，/.exec(body)?.[1] ?? '')
  // Neither the name nor the type that a browser sends is believed.
  form.set('file', new Blob([given.bytes], { type: 'text/html' }), 'page.html')
  form.set('alt', given.alt)
  const { name, value } = visitor.cookie()
  const reply = await fetch(`${base}${given.word === undefined ? action : `${path}/attachments?word=${given.word}`}`, {
    method: 'POST',
    headers: { cookie: `${name}=${value}`, origin: base },
    body: form,
    redirect: 'manual',
  })
  return { status: reply.status, body: await reply.text(), to: reply.headers.get('location') ?? '' }
}

/** The first start's security administrator, signed in. */
export async function openFirst(bureau: Door): Promise<Visitor> {
  const link = readFileSync(join(bureau.dataFolder, 'desk-first-link.txt'), 'utf8').trim()
  const visitor = openVisitor(bureau)
  await accept(visitor, new URL(link).pathname, { login: 'anquan', name: '安全员' })
  await signIn(visitor, 'anquan')
  return visitor
}

/** Somebody whom the administrator lets in, signed in. */
export async function openOfficer(
  bureau: Door,
  admin: Visitor,
  given: { login: string; name: string; roles: string[]; organisation?: string },
): Promise<Visitor> {
  const { login, name, roles, organisation = 'bureau' } = given
  await admin.get('/desk/people')
  const shown = await admin.post('/desk/people', { login, name, organisation, role: roles })
  const link = /\/desk\/invitation\/[\w-]+/.exec(shown.body)?.[0]
  if (link === undefined) throw new Error(`no link: ${shown.body}`)
  const visitor = openVisitor(bureau)
  await accept(visitor, link, {})
  await signIn(visitor, login)
  return visitor
}

type Person = Parameters<typeof openOfficer>[2]
export interface Three<V> {
  wang: V
  li: V
  guest: V
}

/** Those whom most tests need: 王小明 on duty, 李处 who leads, 观察者 who only looks; each let in by whoever `hire` is. */
export async function hireThree<V>(hire: (person: Person) => Promise<V>): Promise<Three<V>> {
  return {
    wang: await hire({ login: 'wang', name: '王小明', roles: ['duty'] }),
    li: await hire({ login: 'li', name: '李处', roles: ['lead'] }),
    guest: await hire({ login: 'gast', name: '观察者', roles: ['observer'] }),
  }
}

/** The same, signed in by the first start's administrator. */
export async function openThree(bureau: Door): Promise<Three<Visitor>> {
  const admin = await openFirst(bureau)
  return hireThree((person) => openOfficer(bureau, admin, person))
}

/** Time passes for the program, too; nobody is idle for so long that the desk shows them out. */
export async function passSeated(
  bureau: Pick<Bureau, 'pass' | 'untilMoved'>,
  ms: number,
  people: readonly { get(path: string): Promise<{ status: number }> }[],
): Promise<void> {
  await bureau.pass(ms)
  await bureau.untilMoved()
  for (const one of people) {
    const { status } = await one.get('/desk/account')
    if (status !== 200) throw new Error(`shown out: ${status}`)
  }
}

async function accept(visitor: Visitor, path: string, more: Record<string, string>): Promise<void> {
  await visitor.get(path)
  const done = await visitor.post(path, { ...more, password: PASSWORD, again: PASSWORD })
  if (done.to !== '/desk/sign-in') throw new Error(`not accepted: ${done.body}`)
}

async function signIn(visitor: Visitor, login: string): Promise<void> {
  const half = await visitor.post('/desk/sign-in', { login, password: PASSWORD })
  const page = await visitor.get(half.to)
  const typed = /<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)?.[1] ?? ''
  const code = codeAt(readBase32(typed), Math.floor(Date.now() / 30_000))
  const whole = await visitor.post('/desk/enrol', { code })
  if (whole.status !== 200 || !whole.body.includes('备用验证码')) throw new Error(`not enrolled: ${whole.body}`)
}

/** RFC 4648, as an authenticator program reads what is typed. */
export function readBase32(text: string): Buffer {
  const signs = Array.from(text.replaceAll(' ', ''))
  const bits = signs
    .map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
