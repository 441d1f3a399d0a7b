// In: what the publisher answers to the officer's commands. Out: what stands on the screen at three in the morning.
import { describe, expect, test } from 'vitest'
import { writeAct, writeList, type Told } from '../../src/app/desk-text.ts'

const NOTICE = {
  serial: '兰震信〔2026〕7号',
  report: 2,
  kind: 'withdrawal',
  state: 'current',
  quake: 'q-1',
  title: '撤回',
  issuedAt: '2026-03-03T19:12:05.000Z',
  deliveries: [
    { outlet: 'site', leg: 'page', state: 'accepted', url: 'https://yj.lanshan.example/n/abcd2345', reason: '' },
    { outlet: 'weibo-main', leg: 'post', state: 'unknown', url: null, reason: 'no reply was read' },
    { outlet: 'wechat-main', leg: 'freepublish', state: 'rehearsal', url: null, reason: '渠道处于预演，未发送' },
  ],
}
const HOLD = {
  id: 'h-1',
  quake: 'q-2',
  about: 'M6.9 安徽芜湖市南陵县',
  gate: 'size',
  state: 'open',
  notice: 'quick-report',
  reason: '国家台网自动测定 M6.9 仅有一家来源',
  since: '2026-03-03T19:12:05.000Z',
  dueAt: '2026-03-03T19:14:00.000Z',
}

describe('the list', () => {
  const told: Told = { holds: [HOLD], notices: [NOTICE], alarms: [], switches: ['*', 'weibo-main'] }
  const text = writeList(told, true)

  test('begins with what waits for a decision: which quake, why, until when, in Beijing time', () => {
    expect(
      text.startsWith(
        '待核 holds\n  h-1  [open size 强度复核] quick-report  M6.9 安徽芜湖市南陵县  since 3月4日 03:12:05',
      ),
    ).toBe(true)
    expect(text).toContain('国家台网自动测定 M6.9 仅有一家来源; judged again at 3月4日 03:14:00  q-2')
  })

  test('says what is stopped before what was said; a switch left on must not be forgotten', () => {
    expect(text).toContain('* (every outlet) is stopped\n  weibo-main is stopped')
    expect(text.indexOf('停用')).toBeLessThan(text.indexOf('公告 notices'))
    expect(writeList({ ...told, switches: [] }, true)).not.toContain('停用')
  })

  test('gives each delivery with its state, and the quake that merge and split ask for', () => {
    expect(text).toContain('兰震信〔2026〕7号 第2报  [withdrawal, current]  撤回  3月4日 03:12:05  q-1')
    expect(text).toContain('weibo-main/post: unknown  (no reply was read)')
    expect(text).toMatch(/freepublish: rehearsal {2}\(渠道处于预演，未发送\)\n/)
  })
})

test('a withdrawal is answered outlet by outlet, not with a record', () => {
  expect(writeAct('withdraw', NOTICE).split('\n')).toHaveLength(4)
  expect(writeAct('withdraw', NOTICE)).toContain('site/page: accepted https://yj.lanshan.example/n/abcd2345')
})

test.each([
  ['kill-switch', { outlet: '*', on: true }, 'every outlet is stopped; withdrawals still go out'],
  ['kill-switch', { outlet: '*', on: false }, 'the switch for all is off'],
  ['kill-switch', { outlet: 'weibo-main', on: true }, 'weibo-main is stopped, for withdrawals too'],
  ['kill-switch', { outlet: 'weibo-main', on: false }, 'weibo-main speaks again, unless all are stopped'],
  ['acknowledge', { alarm: 'a-1' }, 'a-1 is seen; it rings no more'],
  ['publish', 'h-1 published', 'h-1 published'],
])('%s answers in a sentence', (name, result, sentence) => {
  expect(writeAct(name, result)).toBe(sentence)
})
