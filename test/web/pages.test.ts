// In: a notice and a quake of the record. Out: what a citizen reads on their pages, said once and in official form.
import { beforeAll, describe, expect, it } from 'vitest'
import { loadTemplates } from '../../src/app/templates.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { createPages, type PageMaker } from '../../src/web/public/pages.ts'
import { reportOf } from '../core/judgement/bureaux.ts'
import { openNoticeMaker, type NoticeMaker } from '../browser/sample-notices.ts'

let pages: PageMaker
let makeNotice: NoticeMaker
beforeAll(async () => {
  makeNotice = await openNoticeMaker()
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

const count = (text: string, part: string): number => text.split(part).length - 1

describe('the page of a notice', () => {
  it.each([
    ['with a text of its own', (variants: Record<string, string>) => variants],
    ['that no website outlet was to carry', () => ({})],
  ])('%s says serial, sentence and sign once', (_name, keep) => {
    const made = makeNotice('formal-report', { supersedes: 'n-0', deliveries: [] })
    const notice = { ...made, variants: keep(made.variants) }
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
