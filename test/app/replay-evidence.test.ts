// In: a town whose robots have not rung yet, beside an article. Out: proof that waiting for the ring reads no article.
import type { Pool } from 'pg'
import { expect, test } from 'vitest'
import { collectEvidence } from '../../src/app/replay-evidence.ts'
import type { Running } from '../../src/app/replay-running.ts'
import type { LedgerEntry } from '../../src/town/ledger.ts'
import type { Town } from '../../src/town/town.ts'

const entry = (text: string): LedgerEntry =>
  ({ visibleFrom: 0, at: 0, text, title: '', ids: {}, url: null }) as unknown as LedgerEntry

test('while an alarm is waited for only the outlets that alarms go to are looked at; articles are read once', async () => {
  const read = { articles: 0, robots: 0 }
  const town = {
    stands: {
      weibo: { ledger: () => [] },
      webhook: { ledger: () => [] },
      wechat: { ledger: () => ((read.articles += 1), [entry('')]) },
      robots: { ledger: () => ((read.robots += 1), read.robots < 4 ? [] : [entry('提醒（编号 a-1）')]) },
    },
  } as unknown as Town
  const query = (sql: string): Promise<{ rows: object[] }> =>
    Promise.resolve({ rows: sql.includes('from alarm where') ? [{ message: '来源没有应答', sent: 1 }] : [] })
  const running = { config: { outlets: [] }, app: {}, refusals: [], faults: [] } as unknown as Running
  const evidence = await collectEvidence({ query } as unknown as Pool, town, running)
  expect(evidence.unrung).toEqual([])
  expect(read.robots).toBeGreaterThan(3)
  expect(read.articles).toBe(1)
})
