// In: every line that makes /readyz degraded. Out: proof that the officer reads it in Chinese, and that none is lost.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sayDegraded } from '../../../src/web/desk/board/degraded.ts'

test.each([
  ['authorisation quick-2026: 已过有效期', '预授权 quick-2026 已失效：已过有效期，该类公告改为待核'],
  ['no live outlet has alarms: true', '没有正式出口接收告警：待核和故障通知不到任何人'],
  ['watch: step 2 reaches nobody', '告警第2步通知不到任何人'],
  ['source cenc is silent', '来源 cenc 没有应答'],
  [
    'outlet weibo-main: its account has no running entry in the register, it says nothing',
    '出口 weibo-main 的账号没有在用的登记，不发布（渠道→登记）',
  ],
  [
    'outlet weibo-main: speaks as before the register, its account has no entry yet',
    '出口 weibo-main 沿用登记制度之前的状态照常发布，其账号尚未登记',
  ],
  ['roster: nobody is on duty now', '此刻无人值班'],
  [
    'Redis (10.0.0.3:6379) cannot be used since 2026-01-01T00:00:00.000Z: hints to other nodes go by the database alone',
    'Redis（10.0.0.3:6379）自 1月1日 08:00:00 起不能使用：多个节点之间的提示只经数据库传递，值班不受影响',
  ],
  [
    'REDIS_URL = (secret): must be redis://host:6379',
    'REDIS_URL 的写法有误：多个节点之间的提示只经数据库传递，值班不受影响',
  ],
  [
    'bureau.name: “某某地震局”像是没有填写的空白，公告将照此署名',
    'bureau.name：“某某地震局”像是没有填写的空白，公告将照此署名',
  ],
  ['disk: almost full', '运行状态异常，代码：disk: almost full'],
])('%s is said as %s', (line, said) => {
  expect(sayDegraded(line)).toBe(said)
})

test('what the program writes to /readyz is what is known here', () => {
  const read = (path: string): string => readFileSync(new URL(`../../../src/${path}`, import.meta.url), 'utf8')
  const written = ['app/degraded.ts', 'app/channel-watch.ts', 'app/redis-line.ts', 'people/roster.ts']
    .map(read)
    .join('')
  for (const start of [
    'authorisation ${',
    'no live outlet has alarms: true',
    'watch: step ${',
    'source ${',
    ': its account has no running entry',
    ': speaks as before the register',
    'is silent',
    'roster: nobody is on duty now',
    'Redis (${',
    'cannot be used since ${',
    'REDIS_URL = ',
  ])
    expect(written).toContain(start)
})
