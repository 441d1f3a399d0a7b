// In: a running installation. Out: the bureau's staff and liaisons of other organisations at its desk, and what they press on a claim's page.
// Must not judge what the pages say.
import { expect } from 'vitest'
import { until, type Installation } from './installation.ts'
import type { Page, Visitor } from './officers.ts'
import { REBUTTAL_WORDS } from '../support/rebuttal-words.ts'
import { seatOf } from './seats.ts'

export const STAFF = [
  ['wang', '王小明', 'bureau', 'duty'],
  ['chen', '陈二', 'bureau', 'duty'],
  ['zhao', '赵宣', 'bureau', 'publicity'],
  ['li', '李处', 'bureau', 'lead'],
  ['sun', '孙网', 'cac', 'liaison-cac'],
  ['qian', '钱警', 'police', 'liaison-police'],
] as const
export type Answerers = Record<(typeof STAFF)[number][0], Visitor>

export async function openAnswerers(here: Installation): Promise<Answerers> {
  const seats = await Promise.all(
    STAFF.map(async ([login, name, kind, role]) => [login, await seatOf(here, login, name, kind, role)] as const),
  )
  return Object.fromEntries(seats) as Answerers
}

/** What somebody tells the desk by telephone. @returns the claim's page */
export async function tell(by: Visitor, text: string): Promise<string> {
  await by.get('/desk/rumours/new')
  const { body } = await by.post('/desk/rumours', { route: 'phone', text })
  return /\/desk\/rumours\/c-[0-9a-f]+/.exec(body)?.[0] ?? ''
}

/** Presses a button of a claim's page as it stands now. */
export async function press(
  by: Visitor,
  claim: string,
  act: string,
  fields: Record<string, string> = {},
): Promise<Page> {
  const { body } = await by.get(claim)
  const hash = /name="hash" value="([0-9a-f]{64})"/.exec(body)?.[1] ?? ''
  return by.post(`${claim}/${act}`, { seen: /第 (\d+) 步/.exec(body)?.[1] ?? '', hash, ...fields })
}

/** It was done. */
export async function done(page: Promise<Page>): Promise<void> {
  const { status, body } = await page
  expect([status, /role="alert">([^<]*)/.exec(body)?.[1] ?? '']).toEqual([303, ''])
}

export const step = (by: Visitor, claim: string, event: string, more: Record<string, string> = {}): Promise<Page> =>
  press(by, claim, 'steps', { event, ...more })

/** Taken, looked into, with one finding. */
export async function lookInto(by: Visitor, claim: string): Promise<void> {
  await done(step(by, claim, 'take'))
  await done(step(by, claim, 'check'))
  await done(press(by, claim, 'checks', { source: '地震目录', outcome: 'contradicts', words: '没有记录' }))
}

/** An answer on the two platforms. */
export const WORDS = { ...REBUTTAL_WORDS, level: 'ordinary', outlet: ['weibo-main', 'wechat-main'] }

/** Writes an answer. @returns its draft's page */
export async function draftAnswer(
  by: Visitor,
  claim: string,
  words: Record<string, string | string[]>,
): Promise<string> {
  const begun = await press(by, claim, 'draft')
  expect(begun.to).toMatch(/^\/desk\/drafts\/w-[0-9a-f]+\/edit$/)
  const paper = begun.to.replace('/edit', '')
  await by.get(begun.to)
  expect(await by.post(paper, { ...words, seen: '1' })).toMatchObject({ status: 303, to: paper })
  return paper
}

/** Writes an answer, has it signed as the second lowest risk asks, and lets it out. */
export async function answerClaim(
  { wang, chen, zhao }: Pick<Answerers, 'wang' | 'chen' | 'zhao'>,
  claim: string,
  words: Record<string, string | string[]>,
): Promise<void> {
  await draftAnswer(wang, claim, { level: 'ordinary', outlet: ['weibo-main'], ...words })
  await done(press(wang, claim, 'submit'))
  await done(press(chen, claim, 'sign', { scope: 'facts' }))
  await done(press(zhao, claim, 'sign', { scope: 'bureau-wording' }))
  await done(press(zhao, claim, 'publish'))
}

export const idOf = (claim: string): string => claim.split('/').at(-1) ?? ''

export async function readState(here: Installation, claim: string): Promise<string> {
  const rows = await here.query<{ state: string }>('select state from claim where id = $1', [idOf(claim)])
  return rows[0]?.state ?? ''
}

/** Lets deliveries come to their end, and waits for the claim to know of it. */
export async function untilOut(here: Installation, claim: string, state = 'published'): Promise<void> {
  // Channels are asked for their jobs by the program's own clock.
  for (let turn = 0; turn < 20; turn += 1) {
    here.clock.skip(5_000)
    await here.app.settle()
  }
  await until(async () => (await readState(here, claim)) === state)
}

/** The stored page of the public; '' where there is none. */
export async function readPublicPage(here: Installation, path: string): Promise<string> {
  const rows = await here.query<{ html: string }>(
    `select convert_from(body, 'UTF8') as html from page where path = $1`,
    [path],
  )
  return rows[0]?.html ?? ''
}

/** The path of a claim's public page; '' while it has none. */
export async function readPublicPath(here: Installation, claim: string): Promise<string> {
  const rows = await here.query<{ code: string }>('select code from claim_public where claim_id = $1', [idOf(claim)])
  return rows[0] ? `/rumours/${rows[0].code}` : ''
}
