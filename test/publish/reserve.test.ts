// A bad edit at night: the template in force does not fill for this quake. The shipped one speaks in its place under its own
// authorisation, or the word is held with an alarm and a person's press still publishes it; nothing is silent.
import { describe, expect, test } from 'vitest'
import { weibo } from '../../channels/weibo/index.ts'
import { NOTICE_KINDS, type NoticeKind } from '../../src/core/notice.ts'
import { createRenderer, type Renderer } from '../../src/core/rendering/renderer.ts'
import { hashText, mergeTemplates } from '../../src/publish/template-trial.ts'
import { authorisationOf, BUREAUX, formalOf, reportOf } from '../core/judgement/bureaux.ts'
import { readTemplates } from '../core/rendering/facts.ts'
import { openRoom, OUTLETS, type Room } from './room.ts'

const sources = readTemplates()
const shipped = createRenderer(sources)
const edit = (file: string, words: string): Renderer =>
  createRenderer(mergeTemplates(sources, { [file]: `${sources.get(file) ?? ''}${words}` }))
const hashesOf = (renderer: Renderer): Record<string, string> =>
  Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, renderer.templateHash(kind, hashText)]))
/** Fills for whatever has a kind of its own only: no natural quake. */
const holed = edit('_determination.liquid', '{{ gloss }}')

/** A bureau with edited templates in force, for which all is signed. @param alsoShipped whether somebody signed for the shipped ones */
function openEdited(renderer: Renderer, alsoShipped: boolean, outlets = OUTLETS): Room {
  const [now, before] = [hashesOf(renderer), hashesOf(shipped)]
  const sign = (id: string, hashes: Record<string, string>) => (kind: NoticeKind) => ({
    ...authorisationOf(kind, { sha256: hashes[kind] ?? '' }),
    id: `${id}-${kind}`,
  })
  return openRoom({
    outlets,
    words: { renderer, reserve: shipped },
    policy: {
      templateHashes: now,
      shippedHashes: before,
      templateVersion: 't-edited',
      authorisations: [
        ...NOTICE_KINDS.map(sign('desk', now)),
        ...(alsoShipped ? NOTICE_KINDS.map(sign('yaml', before)) : []),
      ],
    },
  })
}
const { yinchuan } = BUREAUX
const writtenBy = (room: ReturnType<Room['feed']>): unknown =>
  room.plan.journal.find(({ act }) => act.startsWith('notice.'))?.detail

describe('a template in force that does not fill', () => {
  test('gives way to the shipped one, which goes out by its own authorisation, with an alarm and its own hash on record', () => {
    const said = openEdited(holed, true).feed([reportOf(yinchuan)])
    expect(said.kinds).toEqual(['quick-report'])
    expect(said.plan.notices[0]).toMatchObject({ authorisation_id: 'yaml-quick-report' })
    expect(said.alarms.join()).toMatch(/现行模板不能用于本次公告（公告文稿未能生成：模板 quick-report\.liquid/)
    expect(writtenBy(said)).toMatchObject({ template: hashesOf(shipped)['quick-report'], version: '' })
  })

  test('holds the first word with an alarm where nobody has signed for the shipped one; a press publishes it', async () => {
    const room = openEdited(holed, false)
    const report = reportOf(yinchuan)
    const said = room.feed([report])
    expect(said.kinds).toEqual([])
    expect(said.alarms.join()).toContain('公告文稿未能生成：模板')
    const [hold] = [...room.picture().holds.values()]
    expect(hold).toMatchObject({ state: 'open', gate: 'render' })
    const desk = room.desk(report.receivedAt + 60_000)
    expect(await desk.release(hold?.id ?? '', 'duty')).toMatchObject({ ok: true })
    expect(desk.said().kinds).toEqual(['quick-report'])
  })

  test('never keeps back what follows a word that was said', () => {
    const room = openEdited(edit('formal-report.liquid', '{{ gloss }}'), false)
    expect(room.feed([reportOf(yinchuan)]).kinds).toEqual(['quick-report'])
    const said = room.feed([formalOf(yinchuan)])
    expect(said.kinds).toEqual(['formal-report'])
    expect(said.alarms.join()).toContain('已改用随程序发布的模板')
  })
})

test('a template in force whose text an outlet cannot carry gives way, too', () => {
  const files = ['notice.weibo.liquid', 'quick-report.weibo-brief.liquid', 'notice.weibo-minimal.liquid']
  const long = Object.fromEntries(files.map((file) => [file, `${sources.get(file) ?? ''}${'说明'.repeat(80)}`]))
  const renderer = createRenderer(mergeTemplates(sources, long))
  const config = { safeDomain: 'dzj.example.gov.cn' }
  const outlets = OUTLETS.map((outlet) =>
    outlet.id === 'weibo' ? { ...outlet, config, channel: { ...weibo, legs: () => ['post'] } } : outlet,
  ) as typeof OUTLETS
  const said = openEdited(renderer, true, outlets).feed([reportOf(yinchuan)])
  expect(said.alarms.join()).toContain('渠道 weibo 发不出')
  expect(said.deliveries.filter(({ state }) => state === 'failed')).toEqual([])
  expect(said.plan.notices[0]?.authorisation_id).toBe('yaml-quick-report')
})

test('a template in force that fills speaks, and its version and hash stay on record with the notice', () => {
  const renderer = edit('_surroundings.liquid', '请以官方发布为准。')
  const said = openEdited(renderer, true).feed([reportOf(yinchuan)])
  expect(said.plan.notices[0]?.text).toContain('请以官方发布为准。')
  expect(said.plan.notices[0]?.authorisation_id).toBe('desk-quick-report')
  expect(writtenBy(said)).toMatchObject({ template: hashesOf(renderer)['quick-report'], version: 't-edited' })
})
