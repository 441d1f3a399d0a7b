// In: rows of the record as the store gives them. Out: what the desk's pages say of them. No database.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EVERY_KIND } from '../../../src/core/notice.ts'
import { createRenderer } from '../../../src/core/rendering/renderer.ts'
import type { Session } from '../../../src/people/sessions.ts'
import type { StandingAlarm } from '../../../src/store/alarms.ts'
import type { DeliveryView, NoticeView } from '../../../src/store/notices.ts'
import type { RemovalRecord } from '../../../src/store/removals.ts'
import { viewAlarm } from '../../../src/web/desk/board/alarm-view.ts'
import { viewRemoval } from '../../../src/web/desk/board/removal-view.ts'
import { planWithdrawal } from '../../../src/web/desk/board/withdrawal-plan.ts'
import { groupFiles } from '../../../src/web/desk/templates/index-view.ts'
import { listPreviews } from '../../../src/web/desk/templates/version-view.ts'
import { nameKind } from '../../../src/web/desk/templates/words.ts'

const FOLDER = new URL('../../../templates/notices/', import.meta.url)
const files = readdirSync(FOLDER)
const CHANNELS = new URL('../../../channels/', import.meta.url)

const told = (channel: string): NoticeView[] => [
  { deliveries: [{ outlet: `${channel}-main`, channel, leg: '', state: 'accepted' } as DeliveryView] } as NoticeView,
]

test('a withdrawal where people post is said to wait for a person, and nobody takes it for done', () => {
  expect(planWithdrawal(told('by-hand'), new Set())).toEqual([
    {
      name: '人工发布（by-hand-main）',
      audience: '平台上的读者',
      plan: '生成撤回操作卡，须由人工发布；原帖保留',
      tone: 'wait',
    },
  ])
  expect(planWithdrawal(told('weibo'), new Set())).toMatchObject([{ tone: 'ok' }])
})

test('every channel that the house has says by itself what a withdrawal does there', () => {
  const channels = readdirSync(CHANNELS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'wire' && entry.name !== 'wechat')
    .map(({ name }) => name)
  expect(channels).toContain('by-hand')
  for (const channel of channels) {
    const [row] = planWithdrawal(told(channel), new Set())
    expect([channel, row?.audience]).not.toEqual([channel, '读者'])
  }
})

test.each([
  ['https://weibo.com/1/2', 'https://weibo.com/1/2'],
  ['javascript:alert(1)', ''],
  [null, ''],
])('a post at %s is linked as %j', (url, link) => {
  const removal = { id: 'r-1', class: 'actual', state: 'asked', channel: 'weibo', leg: '', outlet_id: 'w', url }
  const record = { ...removal, asked_by: 'p-1', asked_at: 0, decided_by: null, decided_at: null, reason: '' }
  const session = { accountId: 'p-2', roles: ['lead'] } as unknown as Session
  expect(viewRemoval(record as RemovalRecord, session, (actor) => actor).url).toBe(link)
})

test('an alarm about a draft leads to the draft', () => {
  const alarm = { id: 'a-1', kind: 'draft', subject: 'w-1', class: 'actual', sent: 0, raised_at: 0, repeat_at: null }
  const standing = { ...alarm, message: '未按时发布', acknowledged_by: null, begun_by: null }
  const view = { watch: null, listeners: () => [], name: (actor: string) => actor }
  expect(viewAlarm(standing as unknown as StandingAlarm, view).to).toBe('/desk/drafts/w-1')
})

test('the files of the templates stand by kind, 自动速报 first, what is written after it, what is shared last; each has a Chinese name', () => {
  const groups = groupFiles(files, new Set(['bulletin.liquid']))
  const order = groups.map(({ name }) => name)
  expect(order[0]).toBe('自动速报')
  expect(order).toEqual([...EVERY_KIND.map(nameKind), '各类通用', '共用片段'])
  expect(groups.find(({ name }) => name === '震情通报')?.edited).toBe('1')
  const names = groups.flatMap((group) => group.files.map(({ name }) => name))
  expect(names.filter((name) => /[_a-z]/.test(name))).toEqual([])
})

test('while a version is previewed, what is due goes first', async () => {
  const sources = new Map(files.map((file) => [file, readFileSync(new URL(file, FOLDER), 'utf8')]))
  const renderer = createRenderer(sources)
  const names = { name: '合肥市地震局', shortName: '合肥地震', serialPrefix: '合震信', home: '合肥市' }
  let turns = 0
  let next: NodeJS.Immediate
  const turn = (): void => {
    turns += 1
    next = setImmediate(turn)
  }
  turn()
  const previews = await listPreviews(renderer, renderer, [], { ...names, publicUrl: 'https://dzj.hefei.gov.cn' })
  clearImmediate(next!)
  expect(turns).toBeGreaterThan(previews.length / 5)
  expect(previews.filter(({ changed, failed }) => changed || failed !== '')).toEqual([])
})
