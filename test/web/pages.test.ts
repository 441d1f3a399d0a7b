// In: a notice and a quake of the record. Out: what a citizen reads on their pages, said once and in official form.
import { beforeAll, describe, expect, it } from 'vitest'
import { loadTemplates } from '../../src/app/templates.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { createRenderer, type Renderer } from '../../src/core/rendering/renderer.ts'
import type { NoticeView } from '../../src/store/notices.ts'
import { createPages, type PageMaker } from '../../src/web/public/pages.ts'
import { reportOf } from '../core/judgement/bureaux.ts'
import { factsOf } from '../core/rendering/facts.ts'

let pages: PageMaker
let renderer: Renderer
beforeAll(async () => {
  renderer = createRenderer(await loadTemplates('notices'))
  const identity = {
    bureauName: '银川市地震局',
    publicUrl: 'https://dzj.example.gov.cn',
    demonstration: false,
    department: '',
    indexPrefix: '',
  }
  const site = { ...identity, places: [], attenuation: ATTENUATION_MODELS.west }
  pages = createPages(await loadTemplates('pages'), site)
})

function noticeOf(keep: (variants: Record<string, string>) => Record<string, string>): NoticeView {
  const facts = factsOf({ kind: 'formal-report' })
  const { title, text, variants } = renderer.render(facts)
  return {
    id: 'n-1',
    code: 'k7q2mx9b',
    serial: facts.serial,
    report: facts.report,
    kind: facts.kind,
    class: 'actual',
    lineage: 'l-1',
    supersedes: 'n-0',
    supersededBy: null,
    supersededKind: null,
    quake: 'q-1',
    title,
    text,
    variants: keep(variants),
    facts,
    state: 'current',
    originAt: facts.origin?.originTime ?? null,
    receivedAt: facts.issuedAt - 2_000,
    decidedAt: facts.issuedAt,
    issuedAt: facts.issuedAt,
    actor: 'system',
    indexNumber: null,
    deliveries: [],
  }
}

const count = (text: string, part: string): number => text.split(part).length - 1

describe('the page of a notice', () => {
  it.each([
    ['with a text of its own', (variants: Record<string, string>) => variants],
    ['that no website outlet was to carry', () => ({})],
  ])('%s says serial, sentence and sign once', (_name, keep) => {
    const notice = noticeOf(keep)
    const [page] = pages.notice(notice)
    // The head says it to programs.
    const body = String(page?.body).replace(/^[\s\S]*<main/, '')
    expect(count(body, '银震信〔2017〕12号 第2报')).toBe(1)
    expect(body).toContain('公告编号：银震信〔2017〕12号 第2报')
    expect(count(body, notice.text)).toBe(1)
  })
})

describe('the page of a quake', () => {
  it('gives every determination in the notation and the digits of a notice', () => {
    const far = { latitude: -20.004, longitude: -175.199997, depthKm: 660.4, magnitude: { value: 5.05, type: 'M' } }
    const { body } = pages.quake('q-1', [], [reportOf(undefined, far)])
    expect(body).toContain('>南纬20.00度，西经175.20度</td>')
    expect(body).toContain('>660 千米</td>')
    expect(body).toContain('>M5.1</td>')
  })
})
