// In: a notice that was withdrawn. Out: proof that no page which names it asserts, in any line, what it had said.
import { expect, test } from 'vitest'
import type { NoticeView } from '../../src/store/notices.ts'
import type { Page } from '../../src/store/pages.ts'
import { createPages } from '../../src/web/public/pages.ts'
import { identity, NOTICE, NOW, pages, templates } from './sample-pages.ts'

const FALSE_FACT = '发生4.6级地震'
const MARK = '【已撤回】'
const gone: NoticeView = { ...NOTICE, state: 'withdrawn', supersededBy: 'back2345' }
const withdrawal: NoticeView = {
  ...NOTICE,
  id: 'n-2',
  code: 'back2345',
  report: 2,
  kind: 'withdrawal',
  title: '【撤回】兰震信〔2026〕7号 第1报已撤回',
  text: '【撤回】兰震信〔2026〕7号 第1报系误发，现予撤回。',
  variants: {},
  supersedes: 'n-1',
  facts: { ...NOTICE.facts, origin: null, withdrawal: 'sent-in-error' },
}

/** Where the page says it without the mark right before it, in the same line and before any other word of the notice. */
function assertions({ path, body }: Page): string[] {
  const text = body.replaceAll(/<\/?(?:s|span|a)\b[^>]*>/g, '').replaceAll(/<[^>]*>/g, '\n')
  const attributes = [...body.matchAll(/\s(?:content|alt|title|aria-label)="([^"]*)"/g)].map(([, value]) => value)
  return [...text.split('\n'), ...attributes]
    .filter((line) => line?.includes(FALSE_FACT) && !line.slice(0, line.indexOf(FALSE_FACT)).includes(MARK))
    .map((line) => `${path}: ${line}`)
}

function pagesWith(notices: NoticeView[], said: NoticeView): Page[] {
  const maker = createPages(templates, identity)
  return (['zh', 'en'] as const).flatMap((language) => [
    maker.home(notices, NOW, language),
    ...maker.notice(said, language),
    maker.quake('q-1', notices.toReversed(), [], language),
    ...maker.columns({ now: NOW, notices, more: false, errata: [{ said, now: withdrawal }], months: [] }),
  ])
}

test('the measure finds a notice that stands', () => {
  expect(pagesWith([NOTICE], NOTICE).flatMap(assertions).length).toBeGreaterThan(10)
})

test.each([
  ['beside its withdrawal', [withdrawal, gone]],
  ['where the withdrawal is not on the site', [gone]],
])('what was withdrawn stands nowhere without its mark: %s', (_name, notices) => {
  expect(pagesWith(notices, gone).flatMap(assertions)).toEqual([])
})

test('the withdrawn text itself can still be read, struck out, line by line under its mark; its figures are gone', () => {
  const [page] = pages.notice({ ...gone, text: `${NOTICE.text}\n第二行。` })
  expect(page?.body).toContain(`<p class="notice-text">${MARK}<s>${NOTICE.text}</s></p>`)
  expect(page?.body).toContain(`<p class="notice-text">${MARK}<s>第二行。</s></p>`)
  expect(page?.body).not.toContain('class="figures"')
})

test('a quake that came back under another number is shown as it stands now', () => {
  const again = { ...NOTICE, id: 'n-3', code: 'again234', title: '安徽某市某县发生4.4级地震' }
  const { body } = pages.quake('q-1', [gone, withdrawal, again], [])
  expect(body).toContain('<span class="part">发生4.4级地震</span></h1>')
  expect(body).not.toContain('tombstone')
})
