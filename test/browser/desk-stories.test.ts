// In: a bureau with drill outlets, an officer's real browser of 360 px. Out: five stories of a night, by thumb and by keys: what was
// pressed, how often, and what the platforms show of it. QUAKEDESK_SHOTS=<folder> keeps a picture of each step.
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { rowShape, writePayload } from '../../src/town/payloads.ts'
import { openBureau, type Bureau } from '../app/bureau.ts'
import { openFirst, openOfficer, type Visitor } from '../app/officers.ts'
import { until } from '../crash/watch.ts'
import { CHROMIUM, NO_CHROMIUM, openChromium } from './chromium.ts'
import { openHands, WAYS, type Hands, type Way } from './officer-hands.ts'

/** Further apart than an aftershock lies from its main shock, which the website alone would carry (DESIGN §6.11). */
const PLACES = {
  west: { place: '内蒙古阿拉善盟阿拉善左旗', latitude: 37.98, longitude: 103.59 },
  near: { place: '宁夏中卫市沙坡头区', latitude: 37.5, longitude: 105.18 },
  south: { place: '宁夏固原市原州区', latitude: 36.01, longitude: 106.28 },
} as const
const LONG = { timeout: 60_000 }
let bureau: Bureau
let browser: Browser
let wang: Visitor
let base = ''
let count = 0
/** What the drill's own outlet was sent; it answers only while it is let. */
let range: Server
const drilled: string[] = []
let letDrill: () => void = () => undefined
let gate: Promise<void> = Promise.resolve()

async function openRange(): Promise<string> {
  range = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      drilled.push(Buffer.concat(parts).toString('utf8'))
      void gate.then(() => reply.writeHead(204).end())
    })
  })
  await new Promise<void>((resolve) => range.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(range.address() as AddressInfo).port}/`
}

describe.skipIf(CHROMIUM === null)(`five stories of a night${NO_CHROMIUM}`, () => {
  beforeAll(async () => {
    bureau = await openBureau('stories')
    const file = parse(bureau.yaml) as { outlets: Record<string, unknown>[] }
    const secret = file.outlets.find(({ id }) => id === 'partner')?.['secret']
    file.outlets.push({ id: 'drill-partner', channel: 'webhook', class: 'drill', url: await openRange(), secret })
    const rules = [
      { name: 'strong', when: { minMagnitude: 6 }, mode: 'veto', vetoSeconds: 300 },
      { name: 'felt-here', when: { minIntensity: 1.5 } },
    ]
    const duty = file.outlets.find(({ id }) => id === 'duty')
    if (duty) duty['alarms'] = true
    const watch = { steps: [{ after: '0s', role: 'duty', outlets: ['duty'] }] }
    writeFileSync(join(bureau.folder, 'quakedesk.yaml'), stringify({ ...file, rules, watch }))
    await bureau.start()
    base = `http://127.0.0.1:${bureau.deskPort}`
    wang = await openOfficer(bureau, await openFirst(bureau), { login: 'wang', name: '王小明', roles: ['duty'] })
    browser = await openChromium()
  }, 180_000)
  afterAll(async () => {
    letDrill()
    await browser?.close()
    await bureau?.close()
    await new Promise((resolve) => range.close(resolve))
  }, 60_000)
  // Another quake than the one before; nobody is idle for so long that the desk shows them out.
  beforeEach(async () => {
    await bureau.town.clearFaults()
    await bureau.pass(12 * 60_000)
    await bureau.untilMoved()
    expect((await wang.get('/desk')).status).toBe(200)
  })

  /** One determination through the signed door. @returns its origin */
  const hear = async (
    code: 'AU' | 'CC',
    magnitude: number,
    where: keyof typeof PLACES,
    origin = bureau.recent(),
  ): Promise<number> => {
    count += 1
    const time = new Date(origin).toISOString()
    const row = rowShape.parse({ code, time, magnitude, ...PLACES[where] })
    expect(await bureau.push(`stories-${count}`, writePayload('cenc-web', [row]).body)).toBe(202)
    return origin
  }
  const sit = async (way: Way, story: string, act: (page: Page, hands: Hands) => Promise<void>): Promise<void> => {
    const context = await browser.newContext({
      viewport: { width: 360, height: 780 },
      hasTouch: way === 'touch',
      bypassCSP: true,
    })
    await context.addCookies([{ ...wang.cookie(), url: base }])
    try {
      const page = await context.newPage()
      page.setDefaultTimeout(60_000)
      await act(page, openHands(page, way, `${story}-${way}`))
    } finally {
      await context.close()
    }
  }
  const countPosts = async (): Promise<number> => (await bureau.town.ledger('weibo')).filter((e) => e.visible).length
  const untilPosts = (n: number): Promise<true> =>
    until('the post', async () => ((await countPosts()) === n ? true : null), 60_000)
  /** The widest picture of where the story stands, for whoever looks at them. */
  const shootWide = async (page: Page, hands: Hands, step: string): Promise<void> => {
    await page.setViewportSize({ width: 1440, height: 900 })
    await hands.shoot(step)
    await page.setViewportSize({ width: 360, height: 780 })
  }

  describe.each(WAYS)('by %s', (way) => {
    test('what is held is published, in three acts from the alarm over the board, in two by its link', async () => {
      await sit(way, '1-hold', async (page, hands) => {
        const before = await countPosts()
        await hear('AU', 7.1, 'west')
        await page.goto(`${base}/desk`)
        await page.getByText('7.1 级').first().waitFor()
        await hands.shoot('board')
        await shootWide(page, hands, 'board')
        await hands.press('核实后发布')
        await page.getByText('将以实况发布到').waitFor()
        await hands.shoot('confirm')
        await hands.press('已核实，立即发布')
        await page.getByText('现行有效').first().waitFor()
        expect(hands.acts()).toBe(3)
        await untilPosts(before + 1)
        await hands.shoot('published')
      })
      await bureau.pass(12 * 60_000)
      await bureau.untilMoved()
      await hear('AU', 7.1, 'west')
      const db = await bureau.database()
      const { rows } = await db.query<{ id: string }>(
        `select id from hold where state = 'open' order by since desc limit 1`,
      )
      await sit(way, '1-link', async (page, hands) => {
        await page.goto(`${base}/desk/holds/${rows[0]?.id}`)
        await hands.press('已核实，立即发布')
        await page.getByText('现行有效').first().waitFor()
        expect(hands.acts()).toBe(2)
      })
    }, 180_000)

    test('what would go out by itself is stopped before its time, in two acts from the alarm, and does not', async () => {
      await sit(way, '2-veto', async (page, hands) => {
        const before = await countPosts()
        await page.goto(`${base}/desk`)
        await hear('AU', 6.2, 'south')
        await page.getByText('若无人阻止').waitFor()
        const left = page.locator('[data-due] b').first()
        const shown = await left.textContent()
        await hands.shoot('counting')
        // It counts by itself, without being asked.
        await until('the next second', async () => (await left.textContent()) !== shown || null, 60_000)
        await hands.press('阻止，不发布')
        await page.getByText('没有待核事项').waitFor()
        expect(hands.acts()).toBe(2)
        await hands.shoot('stopped')
        await bureau.pass(6 * 60_000)
        await bureau.untilMoved()
        // What is heard after it goes out; what was stopped does not.
        await hear('AU', 5.3, 'near')
        await untilPosts(before + 1)
      })
    }, 180_000)

    test('a revised determination shows on the open board, report after report, without an act', async () => {
      await sit(way, '3-revise', async (page, hands) => {
        const before = await countPosts()
        await page.goto(`${base}/desk`)
        const origin = await hear('AU', 5.3, 'near')
        const card = page.locator('article').filter({ hasText: '第1报' }).first()
        await card.getByText('自动速报').first().waitFor()
        await untilPosts(before + 1)
        await hear('CC', 5.4, 'near', origin + 2_000)
        await page.getByText('第2报').first().waitFor()
        await untilPosts(before + 2)
        await hear('CC', 5.7, 'near', origin + 2_000)
        const third = page.locator('article').filter({ hasText: '第3报' }).first()
        await third.waitFor()
        await untilPosts(before + 3)
        expect(await third.locator('.word.current').count()).toBe(1)
        expect(await third.locator('.word.superseded').count()).toBe(2)
        expect(await third.locator('.word.current h3').textContent()).toContain('5.7')
        expect(hands.acts()).toBe(1)
        await hands.shoot('third')
        await shootWide(page, hands, 'third')
      })
    }, 180_000)

    test('a word is withdrawn in two acts from the event’s page; a channel that fails is named, the others are done', async () => {
      const origin = await hear('AU', 5.6, 'near')
      const { quake } = await until('the word', async () => {
        const db = await bureau.database()
        const { rows } = await db.query<{ quake: string }>(
          `select n.quake_id as quake from notice n join delivery d on d.notice_id = n.id
           where n.origin_at = to_timestamp($1 / 1000.0) and d.outlet_id = 'weibo-main' and d.state = 'accepted'`,
          [origin],
        )
        return rows[0] ?? null
      })
      // 20021: a post that Weibo's own review turns down, for a person to see to.
      await bureau.town.script('weibo', [{ api: 'statuses/share', kind: 'error', code: 20021 }])
      await sit(way, '4-withdraw', async (page, hands) => {
        await page.goto(`${base}/desk/quakes/${quake}`)
        hands.acts()
        await hands.press('撤回这条公告')
        await hands.press('误操作发布')
        await page.getByText('实况：撤回公告立即对公众发布').waitFor()
        expect(await hands.findFaults()).toEqual([])
        await hands.shoot('confirm')
        await shootWide(page, hands, 'confirm')
        await hands.press('确认撤回')
        await page.waitForURL(/\/progress$/)
        expect(hands.acts()).toBe(2)
        await page.getByText('撤回有 1 个渠道未成功').waitFor(LONG)
        const words = page.locator('.word').first()
        const states = await words.locator('.channels li').allTextContents()
        expect(
          states.filter((state) => state.includes('未成功，待人工处理')).map((state) => state.slice(0, 2)),
        ).toEqual(['微博'])
        expect(states.filter((state) => state.includes('已发布')).length).toBeGreaterThanOrEqual(4)
        expect(await page.textContent('.watch')).toMatch(/用时 [\d.]+ 秒/)
        expect(await hands.findFaults()).toEqual([])
        await hands.shoot('progress')
        await shootWide(page, hands, 'progress')
      })
    }, 180_000)

    test('a real quake comes in the middle of a drill: both stand on the board, each under its own sign, and neither reaches the other’s channels', async () => {
      gate = new Promise((resolve) => (letDrill = resolve))
      drilled.length = 0
      const before = await countPosts()
      await sit(way, '5-drill', async (page, hands) => {
        await page.goto(`${base}/desk`)
        const drill = bureau.command('drill', { scenario: 'alxa-2017', as: '演练组' })
        await until('the drill’s first word', async () => drilled.length > 0 || null, 60_000)
        await page.locator('.of-drill').first().waitFor()
        await hear('AU', 7.1, 'west')
        await page.locator('.hold:not(.hold-drill)').first().waitFor()
        expect(await hands.findFaults()).toEqual([])
        await hands.shoot('both')
        await shootWide(page, hands, 'both')
        expect(await page.locator('.hold-drill').filter({ hasText: '7.1 级' }).count()).toBe(0)
        for (const text of await page.locator('.of-drill .word .text').allTextContents())
          expect(text.trim()).toMatch(/^【演练】[\s\S]*【演练】$/)
        await hands.press('核实后发布')
        await page.getByText('将以实况发布到').waitFor()
        await hands.press('已核实，立即发布')
        await page.getByText('现行有效').first().waitFor()
        expect(await page.locator('.of-drill,.drill-word,.mark-drill').count()).toBe(0)
        expect(hands.acts()).toBe(3)
        await untilPosts(before + 1)
        letDrill()
        expect((await drill).body).toMatchObject({ ok: true })
      })
      expect(drilled.every((body) => body.includes('演练'))).toBe(true)
      for (const stand of ['weibo', 'wechat', 'webhook', 'robots'] as const)
        expect((await bureau.town.ledger(stand)).filter((e) => `${e.title}${e.text}`.includes('演练'))).toEqual([])
    }, 240_000)
  })
})
