// In: notices of an invented bureau. Out: what a citizen reads on its pages; without a database, a clock or a browser.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { NoticeView } from '../../src/store/notices.ts'
import { NOTICE, NOW, pages, SERIAL, templates } from './sample-pages.ts'
import { openWordings } from '../../src/web/public/wording.ts'

const CSS = readFileSync(fileURLToPath(new URL('../../src/web/assets/app.css', import.meta.url)), 'utf8')
const bodyOf = (notice: Partial<NoticeView>): string => pages.notice({ ...NOTICE, ...notice })[0]?.body ?? ''
const count = (text: string, part: string): number => text.split(part).length - 1

describe('a notice’s page', () => {
  test('says its number once, also where the website has no text of its own', () => {
    // The head says it to programs.
    const main = (body: string): string => body.slice(body.indexOf('<main'))
    expect(count(main(bodyOf({})), SERIAL)).toBe(1)
    expect(count(main(bodyOf({ variants: {} })), SERIAL)).toBe(1)
  })

  test('lists the channels of the public; what wakes the duty staff is none', () => {
    const deliveryTo = (channel: string) => ({
      id: `d-${channel}`,
      outlet: channel,
      channel,
      leg: 'post',
      state: 'accepted' as const,
      url: null,
      reason: '',
      cause: '',
      acceptedAt: NOTICE.decidedAt + 40,
      seenAt: null,
      removedAt: null,
    })
    const body = bodyOf({ deliveries: [deliveryTo('weibo'), deliveryTo('robot'), deliveryTo('sms')] })
    expect(body).toContain('微博')
    expect(body).not.toContain('值班群')
    expect(body).not.toContain('值班短信')
  })

  test('that is withdrawn says so before its title, in the tab too, and estimates nothing any more', () => {
    const body = bodyOf({ state: 'withdrawn', supersededBy: 'next2345' })
    expect(body.indexOf('本公告已撤回，请勿转发')).toBeLessThan(body.indexOf('<h1'))
    expect(body.indexOf('本公告已撤回，请勿转发')).toBeGreaterThan(0)
    expect(body).toContain('<title>【已撤回】安徽某市某县发生4.6级地震｜兰山市应急管理局</title>')
    expect(body).toContain('href="../n/next2345"')
    expect(body).not.toContain('估计烈度')
  })

  test('that a correction replaced says that it was wrong; one that a revision replaced says only that there is newer', () => {
    const corrected = bodyOf({ state: 'superseded', supersededBy: 'next2345', supersededKind: 'correction' })
    expect(corrected.indexOf('【已更正】本公告内容有误')).toBeGreaterThan(0)
    expect(corrected.indexOf('【已更正】本公告内容有误')).toBeLessThan(corrected.indexOf('<h1'))
    const revised = bodyOf({ state: 'superseded', supersededBy: 'next2345', supersededKind: 'revision' })
    expect(revised).toContain('本公告已有更新。')
    expect(revised).not.toContain('【已更正】')
  })

  test('gives the model’s figure for each place, nearest first, under the model’s name', () => {
    const body = bodyOf({})
    expect(body).toMatch(/东河县[\s\S]*9 千米[\s\S]*兰山市[\s\S]*39 千米[\s\S]*&lt;北岭县&gt;/)
    expect(body).toMatch(/[ⅢⅣⅤⅥ] 度/)
    expect(body).toContain('烈度为模型估算，非烈度速报')
  })

  test.each(['collapse', 'blast'])('about a %s gives no intensity', (kind) => {
    const origin = { ...NOTICE.facts.origin, kind } as NoticeView['facts']['origin']
    expect(bodyOf({ facts: { ...NOTICE.facts, origin } })).not.toContain('估计烈度')
  })

  test.each(['withdrawal', 'no-quake'])('about a person’s %s measures only what came after the decision', (kind) => {
    const body = bodyOf({ kind, facts: { ...NOTICE.facts, origin: null } })
    expect(body).not.toMatch(/发震到收到|收到到决定/)
    expect(body).toMatch(/决定到各渠道/)
  })

  test('cannot be opened by what a source wrote', () => {
    const hostile = '<img src=x onerror=alert(1)>{{ 7 | times: 7 }}'
    const body = bodyOf({ title: hostile, text: hostile, variants: {} })
    expect(body).not.toContain('<img')
    expect(body).toContain('{{ 7 | times: 7 }}')
  })
})

describe('the first page', () => {
  test('shows the four values of the newest word; an automatic one gives its magnitude as 左右 and no depth', () => {
    expect(pages.home([NOTICE], NOW).body).toMatch(
      /09:58[\s\S]*3月4日[\s\S]*<b>4\.6<\/b> 级<[\s\S]*震源深度[\s\S]*<b>39<\/b> 千米/,
    )
    const quick = pages.home([{ ...NOTICE, kind: 'quick-report' }], NOW).body
    expect(quick).toContain('<b>4.6</b> 级左右')
    expect(quick).not.toContain('震源深度')
  })

  test.each([
    ['what revises an automatic determination', 'revision', { automatic: true }, '<b>4.6</b> 级左右'],
    ['a natural quake whose source gives no depth but 0', 'formal-report', { depthKm: 0 }, '<b>4.6</b> 级<'],
  ])('gives no depth that its sentence does not give: %s', (_name, kind, over, magnitude) => {
    const origin = { ...NOTICE.facts.origin, ...over } as NoticeView['facts']['origin']
    const { body } = pages.home([{ ...NOTICE, kind, facts: { ...NOTICE.facts, origin } }], NOW)
    expect(body).toContain(magnitude)
    expect(body).not.toContain('震源深度')
  })

  test('of a bureau that has said nothing says so, and shows no value', () => {
    const { body } = pages.home([], NOW)
    expect(body).toContain('目前没有需要发布的地震信息')
    expect(body).not.toContain('class="figures"')
    expect(body).toContain('还没有公告')
  })
})

test('a quake whose notices were withdrawn is headed by that, not by the quake', () => {
  const withdrawal = { ...NOTICE, id: 'n-2', kind: 'withdrawal', code: 'gone2345', title: '【撤回】' }
  const { body } = pages.quake('q-1', [{ ...NOTICE, state: 'withdrawn' }, withdrawal], [])
  expect(body.indexOf('就此发布的公告已撤回')).toBeLessThan(body.indexOf('<h1'))
  expect(body).toContain(
    '<h1 id="title" lang="zh-CN">【已撤回】<s><span class="part">安徽某市</span><span class="part">某县</span>',
  )
  expect(body).toContain('<title>【已撤回】安徽某市某县发生4.6级地震｜')
  expect(body).toContain('href="../n/gone2345"')
})

test('no page needs a script, a picture or a style from anywhere else', () => {
  const all = [pages.home([NOTICE], NOW), ...pages.notice(NOTICE), pages.quake('q-1', [NOTICE], []), pages.missing()]
  for (const { body } of all) {
    // Data for programs is no script, and names schema.org; the one script is ours and may be missing (test/browser).
    const page = body
      .replace(/<script type="application\/ld\+json">[^<]*<\/script>/g, '')
      .replace(/<script src="[./]*\/assets\/[a-z]+\.js" defer><\/script>/g, '')
    expect(page).not.toMatch(/<script|<img|style=|https?:\/\/(?!yj\.lanshan\.example)/)
    expect(body).toContain('name="viewport"')
  }
  expect(CSS).not.toMatch(/url\(|@import/)
})

test('a moment too short to measure is not written as nothing', () => {
  expect(openWordings(templates).zh.duration(4)).toBe('不足 0.01 秒')
  expect(openWordings(templates).zh.duration(52)).toBe('0.05 秒')
  expect(openWordings(templates).zh.duration(574_203)).toBe('9 分 34 秒')
})
