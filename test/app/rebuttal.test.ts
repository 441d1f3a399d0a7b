// In: a real installation, the bureau's staff and the cyberspace office. Out: proof that a rebuttal goes out as those signed it whom its
// risk asks for, once, on the website, Weibo and WeChat; that a changed word voids every signature; and that silence has its end.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../src/core/instant.ts'
import { done, draftAnswer, lookInto, press, readState, tell, WORDS } from './answerers.ts'
import { startInstallation, until, type Installation } from './installation.ts'
import type { Page, Visitor } from './officers.ts'
import { seatOf } from './seats.ts'

let here: Installation
let wang: Visitor
let chen: Visitor
let zhao: Visitor
let li: Visitor
let sun: Visitor

beforeAll(async () => {
  here = await startInstallation()
  wang = await seatOf(here, 'wang', '王小明', 'bureau', 'duty')
  chen = await seatOf(here, 'chen', '陈二', 'bureau', 'duty')
  zhao = await seatOf(here, 'zhao', '赵宣', 'bureau', 'publicity')
  li = await seatOf(here, 'li', '李处', 'bureau', 'lead')
  sun = await seatOf(here, 'sun', '孙网', 'cac', 'liaison-cac')
}, 120_000)
afterAll(() => here.close(), 60_000)

const sign = (by: Visitor, claim: string, scope: string): Promise<Page> => press(by, claim, 'sign', { scope })

/** A claim of risk 4 whose draft was written by 王小明. @returns the claim's page and the draft's */
async function draft(town: string): Promise<{ claim: string; paper: string }> {
  const claim = await tell(wang, `${town}明天要发生7级大地震，大家赶紧转发`)
  await lookInto(wang, claim)
  const paper = await draftAnswer(wang, claim, { ...WORDS, claim: `${town}明天要发生7级大地震` })
  return { claim, paper }
}
const listSaid = (claim: string) =>
  here.query<{ id: string; kind: string; code: string; text: string }>(
    `select n.id, n.kind, n.code, n.text from notice n join draft d on d.notice_id = n.id where d.claim_id = $1`,
    [claim.split('/').at(-1)],
  )

test('signed by the bureau, its lead and the cyberspace office, it goes out once on every channel, and stands where citizens look', async () => {
  const { claim, paper } = await draft('固原')
  expect((await sun.get(claim)).status).toBe(404)
  await done(press(wang, claim, 'submit', { factual: 'yes' }))
  // Nobody lets it out, and nobody signs in another's place.
  expect((await press(zhao, claim, 'publish')).body).toContain('会签齐全后才能发布')
  expect((await zhao.post(`${paper}/release`, { seen: '2' })).body).toContain('辟谣稿在传言处置页面会签和发布')
  expect(
    (await zhao.post(`${paper}/pass`, { seen: '2', tick: ['political', 'legal', 'secrecy', 'wording'] })).status,
  ).toBe(409)
  expect((await sign(wang, claim, 'facts')).body).toContain('您起草或改过此稿')
  expect((await sign(zhao, claim, 'cac-wording')).body).toContain('这一项不由您的角色会签')
  await done(sign(chen, claim, 'facts'))
  expect((await sign(chen, claim, 'facts')).status).toBe(409)
  await done(sign(li, claim, 'lead'))
  expect(await readState(here, claim)).toBe('signoff')
  expect((await sun.get(claim)).body).toContain('网传“固原明天要发生7级大地震”的说法没有依据。')
  await done(sign(sun, claim, 'cac-wording'))
  expect(await readState(here, claim)).toBe('approved')
  const races = await Promise.all([press(zhao, claim, 'publish'), press(li, claim, 'publish')])
  expect(races.map(({ status }) => String(status)).toSorted()).toEqual(['303', '409'])
  const said = await listSaid(claim)
  expect(said).toHaveLength(1)
  expect(said[0]?.kind).toBe('rebuttal')
  // WeChat's job is asked for by the program's own clock.
  for (let turn = 0; turn < 20; turn += 1) {
    here.clock.skip(5_000)
    await here.app.settle()
  }
  await until(async () => (await readState(here, claim)) === 'published')
  const towns = Object.values(here.town.stands).flatMap((stand) =>
    stand.ledger().map((entry) => `${entry.title}${entry.text}`),
  )
  expect(towns.filter((text) => text.includes(WORDS.heading)).length).toBeGreaterThanOrEqual(2)
  const [row] = await here.query<{ n: number }>(
    `select count(*)::int as n from claim_clock where claim_id = $1 and met_at is null`,
    [claim.split('/').at(-1)],
  )
  expect(row?.n).toBe(1)
  await until(async () => {
    const pages = await here.query<{ html: string }>(
      `select convert_from(body, 'UTF8') as html from page where path = '/rumours' limit 1`,
    )
    return pages.some(({ html }) => html.includes(WORDS.heading))
  })
}, 60_000)

test('nobody drafts an answer to what no rule and no person has found anything about', async () => {
  await wang.get('/desk/rumours/new')
  const { body } = await wang.post('/desk/rumours', { route: 'phone', text: '听说城里的加油站都排起了长队' })
  const claim = /\/desk\/rumours\/c-[0-9a-f]+/.exec(body)?.[0] ?? ''
  await done(press(wang, claim, 'steps', { event: 'take' }))
  await done(press(wang, claim, 'steps', { event: 'check' }))
  await done(press(wang, claim, 'recheck'))
  expect((await press(wang, claim, 'draft')).body).toContain('至少要有一项证据')
  await done(press(wang, claim, 'checks', { source: '商务局电话答复', outcome: 'contradicts', words: '供应正常' }))
  expect((await press(wang, claim, 'draft')).to).toMatch(/^\/desk\/drafts\/w-[0-9a-f]+\/edit$/)
})

test('a word that is changed voids every signature, and whoever signs the old text is told', async () => {
  const { claim, paper } = await draft('中卫')
  await done(press(wang, claim, 'submit'))
  await done(sign(chen, claim, 'facts'))
  const old = await sun.get(claim)
  await wang.get(`${paper}/edit`)
  const changed = await wang.post(paper, {
    ...WORDS,
    seen: '2',
    claim: '中卫明天要发生7级大地震',
    body: '台网没有记录到这样的地震。',
  })
  expect(changed.to).toBe(paper)
  expect(await readState(here, claim)).toBe('drafting')
  const hash = /name="hash" value="([0-9a-f]{64})"/.exec(old.body)?.[1] ?? ''
  const late = await press(sun, claim, 'sign', { scope: 'cac-wording', hash })
  expect([late.status, late.body.includes('文稿已改动')]).toEqual([409, true])
  await done(press(wang, claim, 'submit'))
  expect(
    await here.query(
      'select from claim_signature s join claim c on c.id = s.claim_id and c.submission = s.submission where c.id = $1',
      [claim.split('/').at(-1)],
    ),
  ).toEqual([])
  await done(press(sun, claim, 'object', { reason: '请补充依据' }))
  expect(await readState(here, claim)).toBe('drafting')
  expect((await wang.get(claim)).body).toContain('请补充依据')
})

test('whoever signs last while another changes a word: one of both is told, and nothing unsigned is approved', async () => {
  for (const town of ['吴忠', '白银', '天水', '武威']) {
    const { claim, paper } = await draft(town)
    await done(press(wang, claim, 'submit'))
    await done(sign(chen, claim, 'facts'))
    await done(sign(li, claim, 'lead'))
    await zhao.get(`${paper}/edit`)
    await Promise.all([
      sign(sun, claim, 'cac-wording'),
      zhao.post(paper, { ...WORDS, seen: '2', claim: `${town}明天要发生7级大地震`, heading: '关于网传地震消息的核实' }),
    ])
    const [row] = await here.query<{ state: string; hash: string; approved: string | null; draft: string }>(
      `select c.state, c.approved_hash as approved, d.hash, d.state as draft from claim c join draft d on d.claim_id = c.id where c.id = $1`,
      [claim.split('/').at(-1)],
    )
    // The edit is last or comes through: what was signed is either what stands there, or void.
    expect(row?.state === 'approved' ? row.approved === row.hash && row.draft === 'approved' : row?.approved).toBe(
      row?.state === 'approved' ? true : null,
    )
  }
}, 60_000)

test('a silent office is waited for ten minutes; then the lead lets out what is nothing but facts, and who was missing is on record', async () => {
  const { claim } = await draft('张掖')
  await done(press(wang, claim, 'submit', { factual: 'yes' }))
  await done(sign(chen, claim, 'facts'))
  expect((await press(li, claim, 'ahead', { reason: '网信办未答' })).body).toContain('未到时限')
  here.clock.skip(10 * MINUTE)
  await done(press(li, claim, 'ahead', { reason: '网信办未答' }))
  expect((await li.get(claim)).body).toContain('文字和时机（网信办）')
  await done(press(zhao, claim, 'publish'))
  expect(await listSaid(claim)).toHaveLength(1)
  const [late] = await here.query<{ without: string[] }>('select late_without as without from claim where id = $1', [
    claim.split('/').at(-1),
  ])
  expect(late?.without).toContain('cac-wording')
})
