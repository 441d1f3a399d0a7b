// In: claims whose text goes round, who looks, the time. Out: proof that the page says who signed, who is waited for and how long, and
// what happens when nobody answers; and that another organisation learns no name of the bureau's people. No database.
import { expect, test } from 'vitest'
import { MINUTE } from '../../../src/core/instant.ts'
import { openClaim } from '../../../src/core/rumour/claim-step.ts'
import type { Role } from '../../../src/core/people/roles.ts'
import type { SignedText } from '../../../src/core/rumour/signoff.ts'
import type { Session } from '../../../src/people/sessions.ts'
import type { Sight } from '../../../src/rumour/sight.ts'
import type { DraftRecord } from '../../../src/store/drafts.ts'
import type { ClaimRecord } from '../../../src/store/rumours/claims.ts'
import { viewSignOff, type SignRow } from '../../../src/web/desk/rumours/sign-off-view.ts'

const AT = Date.UTC(2026, 2, 4, 2, 0)
const HASH = 'a'.repeat(64)

function look(
  role: Role,
  {
    text = {},
    sight = 'whole',
    after = 3 * MINUTE,
    changes = {},
  }: {
    text?: Partial<SignedText>
    sight?: Sight
    after?: number
    changes?: Partial<ClaimRecord>
  } = {},
) {
  const signed = {
    bodyHash: HASH,
    author: 'p-wang',
    submittedAt: AT,
    mentionsPolice: false,
    isFactualOnly: true,
    isFamilyTemplate: false,
    ...text,
  }
  const signature = { scope: 'facts', actor: 'duty', account: 'p-chen', bodyHash: HASH, at: AT + MINUTE } as const
  const claim = { ...openClaim('c-1', 4), state: 'signoff', text: signed, signatures: [signature], ...changes }
  return viewSignOff({
    claim: claim as unknown as ClaimRecord,
    draft: { hash: HASH, version: 3, hands: ['p-wang'] } as unknown as DraftRecord,
    sight,
    session: { accountId: `p-${role}`, roles: [role] } as unknown as Session,
    now: AT + after,
    name: () => '陈二',
    dueAt: AT + 10 * MINUTE,
  }) as { rows: SignRow[]; signs: { scope: string }[]; fallback: string }
}
const say = ({ rows }: { rows: SignRow[] }): string[] => rows.map(({ sign, name, words }) => `${sign} ${name} ${words}`)

test('who signed, which version, when; who is waited for, and for how long; and that the police are not', () => {
  expect(say(look('liaison-cac'))).toEqual([
    '✓ 事实（地震局） 已会签 陈二 3月4日 10:01 · 第 3 稿',
    '● 带班领导 待会签，还有 7 分 00 秒',
    '● 文字和时机（网信办） 待会签，还有 7 分 00 秒',
    '— 公安 本稿不涉及案件，无须会签',
  ])
  expect(look('liaison-cac').signs).toEqual([{ scope: 'cac-wording', name: '文字和时机（网信办）' }])
  expect(look('observer').signs).toEqual([])
})

test('another organisation reads that the bureau signed, and no name of its people', () => {
  expect(say(look('liaison-cac', { sight: 'case' }))[0]).toBe('✓ 事实（地震局） 已会签 3月4日 10:01 · 第 3 稿')
  expect(look('liaison-cac', { sight: 'summary' })).toMatchObject({ shown: false, rows: [], signs: [] })
})

test('what the lead may do without whoever is silent is said with its time, and not where it is forbidden', () => {
  expect(look('lead').fallback).toBe(
    '3月4日 10:10（7 分 00 秒后）仍未齐的，带班领导可先行发布事实部分（须先有他人的事实会签），并注明缺谁。',
  )
  const late = look('lead', { after: 12 * MINUTE })
  expect(late.fallback).toMatch(/^现在，带班领导可先行发布事实部分/)
  expect(late.rows[1]).toMatchObject({ words: '待会签，已超 2 分 00 秒', late: true })
  expect(look('lead', { text: { isFactualOnly: false } }).fallback).toContain('须等会签齐全')
  const named = look('lead', { text: { mentionsPolice: true } })
  expect(named.fallback).toContain('须等公安会签')
  expect(named.rows.at(-1)).toMatchObject({ name: '涉案表述（公安）', sign: '●' })
})

test('who was missing when the lead went ahead stands there afterwards; before a text goes round nobody is waited for', () => {
  const ahead = look('lead', { changes: { state: 'published', lateWithout: ['cac-wording'] } })
  expect(say(ahead)[2]).toBe('✕ 文字和时机（网信办） 未会签，先行发布')
  const before = look('lead', { changes: { state: 'verifying', text: null, signatures: [] } })
  expect(say(before)).toEqual(
    ['事实（地震局）', '带班领导', '文字和时机（网信办）'].map((name) => `— ${name} 尚未送会签`),
  )
  expect([ahead.fallback, before.fallback]).toEqual(['', ''])
})
