// In: notices of one day. Out: what the first page is about, hour by hour, and in which language it says so.
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/core/instant.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import { pickShown } from '../../src/web/public/pages/home.ts'
import { verifyCode } from '../../src/web/public/pages/notice.ts'
import { readAddress } from '../../src/web/public/address.ts'
import { NOTICE, pages } from './sample-pages.ts'

const T0 = NOTICE.issuedAt

function said(code: string, after: number, magnitude: number | null, over: Partial<NoticeView> = {}): NoticeView {
  const { origin } = NOTICE.facts
  const facts = { ...NOTICE.facts, origin: magnitude === null || origin === null ? null : { ...origin, magnitude } }
  return { ...NOTICE, id: `n-${code}`, code, issuedAt: T0 + after, facts, ...over }
}

describe('the first page is about', () => {
  test('the main shock, also when smaller ones follow it', () => {
    const main = said('main2222', 0, 6.2)
    const later = [said('late4444', 3 * HOUR, 4.1), said('late3333', HOUR, 4.8)]
    expect(pickShown([...later, main], T0 + 4 * HOUR)?.code).toBe('main2222')
    const { body } = pages.home([...later, main], T0 + 4 * HOUR)
    expect(body).toMatch(/<h1[^>]*><a href="\.\/n\/main2222"/)
    expect(body).toMatch(/其后发布：<a href="\.\/n\/late4444"/)
  })

  test('a larger shock as soon as it is said', () => {
    const fore = said('fore2222', 0, 5.1)
    const main = said('main3333', HOUR, 6.4)
    expect(pickShown([main, fore], T0 + HOUR)?.code).toBe('main3333')
  })

  test('the withdrawal, when nothing else stands', () => {
    const gone = said('gone2222', 0, 8.1, { state: 'withdrawn' })
    const withdrawal = said('back3333', 5 * MINUTE, null, { kind: 'withdrawal' })
    expect(pickShown([withdrawal, gone], T0 + HOUR)?.code).toBe('back3333')
    expect(pages.home([withdrawal, gone], T0 + HOUR).body).not.toContain('模型估算烈度')
  })

  test('the standing quake, when only another one was withdrawn after it', () => {
    const real = said('real2222', 0, 4.6)
    const gone = said('gone3333', HOUR, 8.1, { state: 'withdrawn' })
    const withdrawal = said('back4444', HOUR + MINUTE, null, { kind: 'withdrawal' })
    expect(pickShown([withdrawal, gone, real], T0 + 2 * HOUR)?.code).toBe('real2222')
    expect(pages.home([withdrawal, gone, real], T0 + 2 * HOUR).body).toMatch(/其后发布：<a href="\.\/n\/back4444"/)
  })

  test('nothing, a day after the last word; what was said stays listed', () => {
    expect(pickShown([NOTICE], T0 + DAY)).toBeNull()
    const { body } = pages.home([NOTICE], T0 + DAY)
    expect(body).toContain('目前没有需要发布的地震信息')
    expect(body).toContain(`n/${NOTICE.code}`)
  })
})

describe('in English', () => {
  test.each([
    ['the first page', () => pages.home([NOTICE], T0, 'en')],
    ['a quiet first page', () => pages.home([], T0, 'en')],
    ['a notice', () => pages.notice(NOTICE, 'en')[0]],
    ['a quake', () => pages.quake('q-1', [NOTICE], [], 'en')],
  ])('%s says everything but names and texts of notices in English', (_name, make) => {
    const page = make()
    expect(page?.path).toMatch(/^\/en\//)
    const rest = String(page?.body)
      .replace(/<(\w+)[^>]*lang="zh-CN"[^>]*>[\s\S]*?<\/\1>/g, '')
      // What other programs read of a notice, and the names of places on the sketch.
      .replace(/<title>.*<\/title>|<meta property="og:[^>]*>|<desc>.*?<\/desc>|<text.*?<\/text>/g, '')
      .replace(/<script type="application\/ld\+json">[\s\S]*?<\/script>/g, '')
      .replaceAll(NOTICE.facts.origin?.place ?? '', '')
      .replaceAll('兰山市应急管理局', '')
      .replaceAll('兰山市', '')
      .replaceAll('监测预报科', '')
    expect(rest).not.toMatch(/\p{Script=Han}/u)
  })

  test('links stay in the language and in the mode, because they are relative', () => {
    const { body } = pages.home([NOTICE], T0, 'en')
    expect(body).toContain(`href="./n/${NOTICE.code}"`)
    expect(body).toContain('href="../assets/app.css"')
    expect(pages.notice(NOTICE, 'en')[0]?.body).toContain('href="../../assets/app.css"')
    expect(pages.notice(NOTICE)[0]?.body).toContain('href="../assets/app.css"')
  })
})

test.each([
  ['/', 'plain', '/'],
  ['/n/x', 'plain', '/n/x'],
  ['/n/x/', 'plain', '/n/x'],
  ['/large/', 'large', '/'],
  ['/access/en/', 'access', '/en/'],
  ['/large/en/n/x', 'large', '/en/n/x'],
  ['/largesse', 'plain', '/largesse'],
  ['/large/large/', 'large', '/large'],
  ['/n/large', 'plain', '/n/large'],
])('the address %s means %s %s', (path, mode, page) => {
  expect(readAddress(path)).toEqual({ at: 'page', mode, path: page })
})

test.each(['/large', '/access', '/en', '/large/en'])('%s is a folder: relative links need its last stroke', (path) => {
  expect(readAddress(path)).toEqual({ at: 'moved', to: `${path}/` })
})

test('a copy with another figure, another number or another report shows another verification code', () => {
  const code = verifyCode(NOTICE)
  expect(code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/)
  const copies = [{ text: NOTICE.text.replace('4.6', '6.4') }, { serial: '兰震信〔2026〕8号' }, { report: 2 }]
  for (const copy of copies) expect(verifyCode({ ...NOTICE, ...copy })).not.toBe(code)
  expect(pages.notice(NOTICE)[0]?.body).toContain(code)
  expect(pages.notice(NOTICE)[0]?.body).toContain('340100-133/2026-00007')
})
