// In: a bureau that has signed, or not; notices that were put right. Out: what the columns say, and what they keep to themselves.
import { describe, expect, test } from 'vitest'
import { loadTemplates } from '../../src/app/templates.ts'
import { MINUTE } from '../../src/core/instant.ts'
import type { NoticeKind } from '../../src/core/notice.ts'
import { createRenderer } from '../../src/core/rendering/renderer.ts'
import { MOST_ERRATA } from '../../src/store/errata.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import type { PublicRumour } from '../../src/store/rumours/public.ts'
import { createPages } from '../../src/web/public/pages.ts'
import type { SiteIdentity } from '../../src/web/public/pages/frame.ts'
import type { Columns } from '../../src/web/public/columns.ts'
import { factsOf, originOf } from '../core/rendering/facts.ts'
import { NOTICE, NOW, identity, templates } from './sample-pages.ts'

const renderer = createRenderer(await loadTemplates('notices'))
const NOTHING: Columns = { now: NOW, notices: [], more: false, errata: [], months: [] }

function read(path: string, site: Partial<SiteIdentity> = {}, columns: Partial<Columns> = {}): string {
  const made = createPages(templates, { ...identity, ...site }).columns({ ...NOTHING, ...columns })
  return made.find((page) => page.path === path)?.body ?? `no page ${path}`
}

const textOf = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

describe('science texts', () => {
  test('stay hidden until the bureau has signed them, and the page says so', () => {
    const page = read('/guide')
    expect(page).toContain('还没有经本局签发')
    expect(page).not.toContain('护住头')
  })

  test('are marked 样稿 in the demonstration', () => {
    const page = read('/guide', { demonstration: true, guide: { as: 'sample' } })
    expect(page).toContain('样稿')
    expect(page).toContain('护住头')
  })

  test('name who signed them and when, and are no sample then', () => {
    const page = read('/guide', { guide: { as: 'signed', by: '张审定', at: NOW } })
    expect(page).toContain('由张审定签发，2026年3月4日')
    expect(page).not.toContain('样稿')
  })

  test.each([
    [4.6, 'band-felt'],
    [7.9, 'band-severe'],
    [2.0, 'band-none'],
  ])('point to the part for the intensity at home: M %s', (magnitude, band) => {
    const { origin } = NOTICE.facts
    const facts = { ...NOTICE.facts, origin: origin && { ...origin, magnitude } }
    const page = read('/guide', { guide: { as: 'signed', by: '甲', at: NOW } }, { notices: [{ ...NOTICE, facts }] })
    expect(page).toContain(`<a href="#${band}"`)
    expect(page).toContain('模型估算')
  })

  test('point nowhere when nothing happened, or when it was withdrawn', () => {
    const guide = { as: 'signed', by: '甲', at: NOW } as const
    expect(read('/guide', { guide })).not.toContain('href="#band')
    expect(read('/guide', { guide }, { notices: [{ ...NOTICE, state: 'withdrawn' }] })).not.toContain('href="#band')
  })
})

describe('announcements', () => {
  test('say that there are none', () => {
    expect(read('/announcements')).toContain('目前没有通知公告')
  })

  test('stand newest first, as text', () => {
    const page = read('/announcements', {
      announcements: [
        { title: '旧的', text: '一\n\n二', signedBy: '办公室', publishedAt: NOW - 9 * MINUTE },
        { title: '新的<img>', text: '三', signedBy: '办公室', publishedAt: NOW },
      ],
    })
    expect(page.indexOf('新的')).toBeLessThan(page.indexOf('旧的'))
    expect(page).not.toContain('<img>')
    expect(page).toContain('<p>一</p>\n<p>二</p>')
  })
})

describe('rumours', () => {
  test('say that there are none', () => {
    expect(read('/rumours')).toContain('目前没有辟谣公告')
    expect(read('/en/rumours')).toContain('There are no rebuttals at present')
  })

  test('stand with what became of them: one that was taken back stays, struck through, and says so', () => {
    const rebuttal: NoticeView = { ...NOTICE, kind: 'rebuttal', title: '网传停课消息不实' }
    const gone: NoticeView = { ...rebuttal, id: 'n-2', code: 'gone2222', title: '网传另一消息不实', state: 'withdrawn' }
    const rumour = (code: string, over: Partial<PublicRumour>): PublicRumour => ({
      code,
      kind: 'closure',
      claimState: 'published',
      standing: 'answered',
      openedAt: NOW,
      heardAt: NOW,
      line: null,
      notices: [],
      withdrawnAt: null,
      mergedInto: null,
      ...over,
    })
    const rumours = [
      rumour('aaaa2222', { notices: [rebuttal] }),
      rumour('bbbb2222', { notices: [gone], standing: 'withdrawn' }),
      rumour('cccc2222', { standing: 'checking' }),
    ]
    const page = read('/rumours', {}, { rumours })
    expect(page).toContain('网传停课消息不实')
    expect(page).toContain('rumours/aaaa2222')
    expect(page).toMatch(/已撤回[^]*<s>网传另一消息不实<\/s>/)
    expect(page).toContain('网传信息核实中（停课停业）')
  })
})

describe('errata', () => {
  const said = (kind: NoticeKind, after: number, over: Partial<NoticeView> = {}): NoticeView => {
    const facts = factsOf({
      kind,
      ...(kind === 'withdrawal' ? { withdrawal: 'no-quake' } : {}),
      ...(kind === 'correction' ? { previous: originOf({ magnitude: 6.4 }) } : {}),
    })
    const { title, text, variants } = renderer.render(facts)
    return {
      ...NOTICE,
      id: `n-${kind}`,
      code: kind,
      kind,
      facts,
      title,
      text,
      variants,
      issuedAt: NOW + after,
      ...over,
    }
  }
  const first = said('quick-report', 0, { report: 1 })
  const page = (now: NoticeView): string => textOf(read('/errata', {}, { errata: [{ said: first, now }] }))

  test('say that there are none', () => {
    expect(read('/errata')).toContain('还没有修订、更正或撤回')
  })

  test('say of a withdrawal what stood, how long, and why, with the mark in the same line', () => {
    const body = page(said('withdrawal', 4 * MINUTE + 6_000))
    expect(body).toContain(`【已撤回】${first.title}`)
    expect(body.replaceAll(`【已撤回】${first.title}`, '')).not.toContain(first.title)
    expect(body).toContain('4 分 06 秒')
    expect(body).toContain('误报：经核实没有发生')
  })

  test('name what a correction put right, not the wrong value', () => {
    const body = page(said('correction', MINUTE))
    expect(body).toContain('原公告的震级有误')
    expect(body).not.toContain('6.4')
  })

  test('lead to those that are older than the page has room for', () => {
    const errata = Array.from({ length: MOST_ERRATA }, (_, n) => ({
      said: first,
      now: said('revision', -n * MINUTE, { id: `n-${n}` }),
    }))
    expect(read('/errata', {}, { errata })).toContain(
      `href="./notices?kind=withdrawal&amp;before=n-${MOST_ERRATA - 1}"`,
    )
    expect(read('/errata', {}, { errata: errata.slice(1) })).not.toContain('notices?kind=')
  })

  test('give a revision in its own official words', () => {
    const revision = said('revision', MINUTE)
    expect(page(revision)).toContain(revision.text)
  })
})

describe('standing pages', () => {
  test('give the ways to reach the bureau, or say that there are none yet', () => {
    const contact = { phone: '0000-12350', email: '', address: '某路 1 号' }
    for (const path of ['/about', '/accessibility', '/privacy']) {
      expect([path, read(path, { contact })]).toEqual([path, expect.stringContaining('电话：0000-12350')])
      expect(read(path, { contact })).not.toContain('电子邮件：')
      expect([path, read(path)]).toEqual([path, expect.stringContaining('还没有在这里公布联系方式')])
    }
  })

  test('all are there in both languages, link relatively and hold no script or style of their own', () => {
    const made = createPages(templates, identity).columns({ ...NOTHING, notices: [NOTICE] })
    const html = made.filter(({ contentType }) => contentType.startsWith('text/html'))
    const names = [
      'notices',
      'guide',
      'timeliness',
      'errata',
      'about',
      'accessibility',
      'privacy',
      'announcements',
      'rumours',
    ]
    expect(html.map(({ path }) => path)).toEqual(
      expect.arrayContaining([...names, 'screen'].flatMap((name) => [`/${name}`, `/en/${name}`])),
    )
    for (const { path, body } of html) {
      expect([path, /\sstyle=|<style|<script(?! src="(?:\.\.\/)*(?:\.\/)?assets\/)|javascript:/.test(body)]).toEqual([
        path,
        false,
      ])
    }
  })

  test('say everything but names and texts of notices in English', () => {
    const all = {
      ...NOTHING,
      notices: [NOTICE],
      errata: [{ said: NOTICE, now: { ...NOTICE, kind: 'withdrawal', issuedAt: NOW } }],
    }
    const guide = { as: 'signed', by: 'Zhang', at: NOW } as const
    const made = createPages(templates, { ...identity, guide }).columns(all)
    for (const { path, body } of made.filter((page) => page.path.startsWith('/en/'))) {
      const rest = body
        .replaceAll(/<(\w+)[^>]*lang="zh-CN"[^>]*>[\s\S]*?<\/\1>/g, '')
        .replace(/<title>.*<\/title>/, '')
        // What a choice is sent as; nobody reads it.
        .replaceAll(/<option value="[^"]*"/g, '<option')
        .replaceAll(/兰山市(?:应急管理局)?/g, '')
      expect([path, /.*\p{Script=Han}.*/u.exec(rest)?.[0]]).toEqual([path, undefined])
    }
  })
})
