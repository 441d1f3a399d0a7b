// In: a bureau in the middle of an event, a browser as narrow as a phone and as wide as a wall. Out: that nothing on any page of the
// desk's table is an obstacle to anyone (axe-core), in light and dark, and that nothing scrolls sideways.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeField } from '../../src/web/desk/roster-view.ts'
import { openBureau, writeDetermination, type Bureau } from '../app/bureau.ts'
import { attach, openFirst, openOfficer, openVisitor, PASSWORD, type Visitor } from '../app/officers.ts'
import { DESK_PAGES, type DeskIds, type Seat } from '../support/desk-pages.ts'
import { askWithPicture } from '../support/report.ts'
import { addPreparedRows } from '../support/prepared-rows.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { findViolationsInBoth } from './axe.ts'

/** A PNG of one point. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='

describe.skipIf(CHROMIUM === null)(`every page of the desk${NO_CHROMIUM}`, () => {
  let bureau: Bureau
  let browser: Browser
  let seats: Record<Seat, Visitor>
  let ids: DeskIds
  let base = ''
  let count = 0

  beforeAll(async () => {
    bureau = await openBureau('desk-axe')
    await bureau.start()
    base = `http://127.0.0.1:${bureau.deskPort}`
    const admin = await openFirst(bureau)
    const lead = await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] })
    const duty = await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] })
    seats = {
      lead,
      'security-admin': admin,
      'at-code': await openHalfWay('wang'),
      'at-enrol': await openHalfWay('zhao', await invite(admin, 'zhao')),
      nobody: openVisitor(bureau),
    }
    await keepRoster(lead, duty)
    await hearGreat()
    await lead.get('/desk')
    const held = /\/desk\/holds\/[\w-]+/.exec((await lead.get('/desk')).body)?.[0] ?? ''
    await lead.get(held)
    expect((await lead.post(`${held}/publish`)).status).toBe(303)
    await hearGreat()
    ids = {
      ...(await readIds()),
      outlet: 'weibo-main',
      version: await editTemplates(),
      removal: await askRemoval(),
      drill: await planDrill(),
      ...(await writeDraft(lead)),
      claim: await hearRumour(lead),
      ...(await hearQuestion()),
      smallClaim: await hearSmall(lead),
      prepared: await addPreparedRows(await bureau.database()),
      link: await invite(admin, 'qian'),
    }
    browser = await openChromium()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await bureau?.close()
  }, 60_000)

  /** @returns the token of a link */
  async function invite(admin: Visitor, login: string): Promise<string> {
    await admin.get('/desk/people')
    const shown = await admin.post('/desk/people', { login, name: '某人', organisation: 'bureau', role: 'duty' })
    return /\/desk\/invitation\/([\w-]+)/.exec(shown.body)?.[1] ?? ''
  }

  /** Somebody whose password was right, and who has not given a code yet. */
  async function openHalfWay(login: string, link = ''): Promise<Visitor> {
    const visitor = openVisitor(bureau)
    const given = { password: PASSWORD, again: PASSWORD }
    if (link !== '') expect((await visitor.post(`/desk/invitation/${link}`, given)).status).toBe(303)
    expect((await visitor.post('/desk/sign-in', { login, password: PASSWORD })).status).toBe(303)
    return visitor
  }

  /** An automatic determination of M 7.1: held for a person. */
  async function hearGreat(): Promise<void> {
    count += 1
    // Another quake than the one before, and not so long that anybody is shown out between password and code.
    await bureau.pass(4 * 60_000)
    await bureau.untilMoved()
    const body = writeDetermination('AU', bureau.recent(), { magnitude: 7.1 })
    expect(await bureau.push(`desk-axe-${count}`, body)).toBe(202)
  }

  /** Both on duty, the lead's board with a note that waits. */
  async function keepRoster(lead: Visitor, duty: Visitor): Promise<void> {
    const { body } = await lead.get('/desk/roster')
    for (const [, who = ''] of body.matchAll(/<option value="([^"]+)"/g)) {
      const times = { begins: writeField(bureau.now()), ends: writeField(bureau.now() + 12 * 3_600_000) }
      expect((await lead.post('/desk/roster', { who, ...times })).status).toBe(303)
    }
    await duty.get('/desk/roster')
    expect((await duty.post('/desk/handovers', { words: '中卫台断网，已报修。' })).status).toBe(303)
    expect((await lead.get('/desk')).body).toContain('中卫台断网')
  }

  /** @returns a version of the templates that differs from the shipped one in nothing */
  async function editTemplates(): Promise<string> {
    const db = await bureau.database()
    await db.query(
      `insert into template_version (id, base, files, made_by, made_at, why) values ('tv-1', null, '{}', 'p-x', now(), '试写')`,
    )
    return 'tv-1'
  }

  async function askRemoval(): Promise<string> {
    const db = await bureau.database()
    await db.query(
      `insert into removal (id, delivery_id, class, why, asked_by, asked_at)
       select 'rm-1', id, class, '误发', (select id from account where login = 'wang'), now() from delivery
       where outlet_id = 'weibo-main' limit 1`,
    )
    return 'rm-1'
  }

  async function planDrill(): Promise<string> {
    const db = await bureau.database()
    await db.query(
      `insert into drill (id, scenario, title, planned_for, acts, goals, participants, planned_by, planned_at)
       select 'dr-1', 'withdrawn-by-the-officer', '撤回演练', now(), 'people', '{}', '{}', id, now() from account where login = 'wang'`,
    )
    return 'dr-1'
  }

  /** @returns a claim with a sighting, a check, a note, something like it, and a step that waits for a second person */
  async function hearRumour(by: Visitor): Promise<string> {
    await by.get('/desk/rumours/new')
    for (const text of ['刚听说天池子水库裂缝了，下游的人赶紧跑', '天池子水库裂缝是假的，大家不要转发'])
      expect((await by.post('/desk/rumours', { route: 'phone', text, contact: '13800138000' })).status).toBe(200)
    const other = '刚听说黑龙口水库裂缝了，下游的人赶紧跑'
    const taken = await by.post('/desk/rumours', {
      route: 'patrol',
      text: other,
      platform: '微信',
      url: 'https://example.com/a',
    })
    const path = /\/desk\/rumours\/c-[\w-]+/.exec(taken.body)?.[0] ?? ''
    await by.get(path)
    for (const [act, fields] of [
      ['checks', { source: '水务局电话', outcome: 'contradicts', words: '坝体完好' }],
      ['notes', { words: '请留意', private: 'yes' }],
      ['proposals', { event: 'dismiss', reason: '已核实不实', seen: '1' }],
    ] as const)
      expect((await by.post(`${path}/${act}`, fields)).status).toBe(303)
    return path.split('/').at(-1) ?? ''
  }

  /** @returns a question of a citizen's, with the picture that came with it */
  async function hearQuestion(): Promise<Pick<DeskIds, 'question' | 'pictured'>> {
    expect((await askWithPicture(bureau.port)).status).toBe(200)
    const { rows } = await (await bureau.database()).query<{ id: string }>('select sighting_id as id from question')
    return { question: rows[0]?.id ?? '', pictured: rows[0]?.id ?? '' }
  }

  /** @returns a claim of the lowest risk */
  async function hearSmall(by: Visitor): Promise<string> {
    await by.get('/desk/rumours/new')
    const text = '地震来了应该怎么躲避，应急包里放什么'
    const taken = await by.post('/desk/rumours', { route: 'phone', text })
    return /\/desk\/rumours\/(c-[\w-]+)/.exec(taken.body)?.[1] ?? ''
  }

  /** @returns a draft that waits for somebody else */
  async function writeDraft(by: Visitor): Promise<Pick<DeskIds, 'draft' | 'attachment'>> {
    await by.get('/desk/drafts')
    const fields = { heading: '怎样避震', summary: '室内先伏地、遮挡、手抓牢。', body: '趴下。\n遮住头。' }
    const made = await by.post('/desk/drafts', { kind: 'science', level: 'daily', outlet: 'weibo-main', ...fields })
    const picture = Buffer.from(DOT, 'base64')
    expect((await attach(bureau, by, made.to, { bytes: picture, alt: '避震示意图' })).status).toBe(303)
    expect((await by.post(`${made.to}/submit`)).status).toBe(303)
    const [, attachment = ''] = /attachments\/([0-9a-f]{64})/.exec((await by.get(made.to)).body) ?? []
    return { draft: made.to.split('/').at(-1) ?? '', attachment }
  }

  async function readIds(): Promise<Pick<DeskIds, 'hold' | 'quake' | 'notice' | 'person' | 'raw'>> {
    const db = await bureau.database()
    const { rows } = await db.query<Pick<DeskIds, 'hold' | 'quake' | 'notice' | 'person' | 'raw'>>(
      `select (select id from hold where state = 'open' order by since desc limit 1) as hold,
         (select quake_id from notice order by issued_at desc limit 1) as quake,
         (select id from notice where kind = 'quick-report' order by issued_at desc limit 1) as notice,
         (select id from account where login = 'wang') as person, (select min(id) from raw_payload)::text as raw`,
    )
    const [found] = rows
    if (!found) throw new Error('nothing on record')
    return found
  }

  async function look(page: Page, path: string): Promise<string[]> {
    const found: string[] = []
    await page.goto(`${base}${path}`)
    // Whoever was shown out would look at the sign-in page, and find nothing there.
    if (page.url() !== `${base}${path}`) found.push(`${path}: led to ${page.url()}`)
    for (const one of await findViolationsInBoth(page)) found.push(`${path} ${one}`)
    const width = page.viewportSize()?.width ?? 0
    if ((await page.evaluate<number>('document.documentElement.scrollWidth')) > width) found.push(`${path}: too wide`)
    return found
  }

  test.each([360, 1440])(
    'is no obstacle to anyone at %i px, in light and dark',
    async (width) => {
      const found: string[] = []
      for (const [seat, visitor] of Object.entries(seats)) {
        const pages = Object.values(DESK_PAGES).filter((page) => page.seat === seat && page.looks === 'page')
        expect(pages.length).toBeGreaterThan(0)
        const context = await browser.newContext({ viewport: { width, height: 780 }, bypassCSP: true })
        if (seat !== 'nobody') await context.addCookies([{ ...visitor.cookie(), url: base }])
        const page = await context.newPage()
        for (const { at } of pages) found.push(...(await look(page, `/desk${at(ids)}`)))
        await context.close()
      }
      expect(found).toEqual([])
    },
    240_000,
  )

  test('and so is what somebody reads who may not, or who looks for what is not there', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 780 }, bypassCSP: true })
    await context.addCookies([{ ...seats.lead.cookie(), url: base }])
    const page = await context.newPage()
    const found: string[] = []
    for (const path of [
      '/people',
      '/holds/none',
      '/quakes/none',
      '/invitation/none',
      '/journal?from=never',
      '/journal?subject=none',
    ])
      found.push(...(await look(page, `/desk${path}`)))
    await context.close()
    expect(found).toEqual([])
  }, 120_000)
})
