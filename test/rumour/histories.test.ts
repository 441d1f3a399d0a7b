// In: random histories of claims, taken step by step against the real record by people of four organisations and by the program. Out:
// proof that what the table promises holds on record: nothing out without its signatures, no ring, one clock owner, closed is closed, a
// journal row for each step, and nobody who reported to be read anywhere. QUAKEDESK_HISTORIES=2000 runs as many.
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../src/core/instant.ts'
import { NATIONAL_COUNTIES } from '../../src/core/places/county.ts'
import { findClockOwner } from '../../src/core/rumour/claim-step.ts'
import type { ClaimState } from '../../src/core/rumour/claim-states.ts'
import type { SignScope } from '../../src/core/rumour/signoff.ts'
import { checkClaim, noteClaim, shareClaim } from '../../src/rumour/beside.ts'
import type { Person } from '../../src/rumour/context.ts'
import {
  draftRebuttal,
  goAhead,
  objectTo,
  publishRebuttal,
  signRebuttal,
  submitRebuttal,
} from '../../src/rumour/rebuttal.ts'
import { answerProposal, proposeStep, rateClaim } from '../../src/rumour/second.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { watchClaims } from '../../src/rumour/watch.ts'
import { findDraftOf } from '../../src/store/drafts.ts'
import { listProposals } from '../../src/store/rumours/beside.ts'
import { findClaim, listSteps } from '../../src/store/rumours/claims.ts'
import { openAnswerNode, reword, versionOf, WORDS, type AnswerNode } from './answer-desk.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

const HISTORIES = Number(process.env['QUAKEDESK_HISTORIES'] ?? 25)
/** Who reported, and how to reach them: to be found nowhere but under seal. */
const REPORTER = { name: '欧阳石榴', phone: '13712345678', contact: '13898765432' }

let desk: RumourDesk
let node: AnswerNode
let told = 0
beforeAll(async () => {
  desk = await openRumourDesk()
  node = await openAnswerNode(desk, desk.appConfig)
}, 60_000)
afterAll(async () => {
  await node.close()
  await desk.close()
})

const COUNTIES = NATIONAL_COUNTIES.map(({ name }) => name).filter((name) => /^.{2,5}县$/u.test(name))
/** Of risk 4 and 3 in turn; each about a county of its own. */
async function tellOne(): Promise<string> {
  const county = COUNTIES[told % COUNTIES.length] ?? ''
  told += 1
  const what = told % 2 === 0 ? '明天要发生7级大地震，大家赶紧转发' : `有${told + 10}人受伤了`
  const text = `我叫${REPORTER.name}，电话${REPORTER.phone}，听说${county}${what}`
  const { claim } = await desk.tell(text, desk.people.wang, { contact: REPORTER.contact })
  for (const organisation of ['wangxin', 'gongan', 'jiaoyu'])
    await shareClaim(node, claim, { organisation, level: 'case', hours: null, reason: '通报' }, desk.people.li)
  return claim
}

const SCOPES: readonly SignScope[] = ['facts', 'lead', 'cac-wording', 'unit', 'bureau-wording', 'police-mention']
/** Whose each scope usually is. */
const SIGNER: Readonly<Record<SignScope, keyof RumourDesk['people']>> = {
  facts: 'chen',
  lead: 'li',
  'cac-wording': 'sun',
  unit: 'zhou',
  'bureau-wording': 'zhao',
  'police-mention': 'qian',
}

type Act = (id: string, other: string, by: Person, dice: number) => Promise<{ ok: boolean }>
const seenOf = async (id: string, dice: number): Promise<number> =>
  (await versionOf(node, id)) - (dice % 17 === 0 ? 1 : 0)
const plain =
  (event: Parameters<typeof stepClaim>[2]['event'], more: object = {}): Act =>
  async (id, _other, by, dice) =>
    stepClaim(node, id, { event, seen: await seenOf(id, dice), reason: '理由', ...more }, by)

/** What may be done. */
const ACTS = {
  take: plain('take'),
  check: plain('check'),
  ask: plain('ask-agency', { askedOf: 'liaison-police' }),
  answer: async (id, _o, _by, dice) => plain('answer')(id, '', desk.people.qian, dice),
  reuse: plain('reuse'),
  correct: plain('correct'),
  watch: plain('watch'),
  close: plain('close'),
  reopen: plain('reopen'),
  split: plain('split'),
  hold: plain('hold', { holdMinutes: 10 }),
  release: plain('release'),
  merge: async (id, other, by, dice) => plain('merge', { target: other })(id, other, by, dice),
  dismiss: plain('dismiss'),
  find: async (id, _o, by) => checkClaim(node, id, { source: '目录', outcome: 'contradicts', words: '无记录' }, by),
  note: async (id, _o, by) => noteClaim(node, id, { words: '备注', private: true }, by),
  rate: async (id, _o, by, dice) =>
    rateClaim(node, id, { risk: dice % 2 === 0 ? 4 : 3, reason: '调整', seen: await seenOf(id, dice) }, by),
  draft: async (id, _o, by, dice) => fillDraft(id, by, dice),
  submit: async (id, _o, by, dice) =>
    submitRebuttal(node, { id, seen: await seenOf(id, dice), isFactualOnly: dice % 3 > 0 }, by),
  sign: async (id, _o, by, dice) => signOne(id, by, dice),
  object: async (id, _o, by, dice) => objectTo(node, { id, seen: await seenOf(id, dice), reason: '再斟酌' }, by),
  edit: async (id, _o, by, dice) => editOne(id, by, dice),
  ahead: async (id, _o, _by, dice) =>
    goAhead(node, { id, seen: await seenOf(id, dice), reason: '无回音' }, desk.people.li),
  publish: async (id, _o, by, dice) => publishOne(id, by, dice),
  second: async (id, _o, by, dice) => secondOne(id, by, dice),
  accept: async () => {
    await desk.query(`update delivery set state = 'accepted', accepted_at = now() where state = 'sending'`)
    await watchClaims(node)
    return { ok: true }
  },
} satisfies Record<string, Act>
type ActName = keyof typeof ACTS

/** Where a claim usually goes on from a state; anything else is tried as well. */
const USUAL: Readonly<Record<ClaimState, string>> = {
  new: 'take',
  triage: 'check find check',
  verifying: 'find draft draft draft ask',
  'awaiting-agency': 'answer answer note',
  drafting: 'submit submit submit edit',
  signoff: 'sign sign sign sign sign sign sign sign sign ahead ahead edit',
  approved: 'publish publish publish publish hold edit',
  publishing: 'accept',
  published: 'watch watch correct',
  'published-partial': 'watch accept',
  resurfaced: 'reuse draft',
  correction: 'draft',
  monitoring: 'close close correct',
  hold: 'release',
  dismissed: 'reopen',
  merged: 'split',
  closed: 'reopen note',
}

async function fillDraft(id: string, by: Person, dice: number): Promise<{ ok: boolean }> {
  const begun = await draftRebuttal(node, { id, seen: await seenOf(id, dice) }, by)
  const draft = begun.ok ? await findDraftOf(desk.pool, id) : null
  if (!draft) return begun
  return reword(node, { ...draft, fields: { ...draft.fields, ...WORDS } }, `${WORDS.body}（${dice % 100}）`, by)
}
async function signOne(id: string, by: Person, dice: number): Promise<{ ok: boolean }> {
  const hash = (await findDraftOf(desk.pool, id))?.hash ?? ''
  const scope = SCOPES[dice % 5 === 0 ? dice % 6 : (dice >> 3) % 4] ?? 'facts'
  const who = dice % 7 === 0 ? by : desk.people[SIGNER[scope]]
  return signRebuttal(
    node,
    { id, seen: await seenOf(id, dice), scope, bodyHash: dice % 11 === 0 ? 'b'.repeat(64) : hash },
    who,
  )
}
async function editOne(id: string, by: Person, dice: number): Promise<{ ok: boolean }> {
  const draft = await findDraftOf(desk.pool, id)
  return draft ? reword(node, draft, `${WORDS.body}（改${dice % 100}）`, by) : { ok: false }
}
async function publishOne(id: string, by: Person, dice: number): Promise<{ ok: boolean }> {
  const draft = await findDraftOf(desk.pool, id)
  return publishRebuttal(node, { id, seen: await seenOf(id, dice), bodyHash: draft?.hash ?? '' }, by)
}
async function secondOne(id: string, by: Person, dice: number): Promise<{ ok: boolean }> {
  const [open] = await listProposals(desk.pool, id)
  if (open) return answerProposal(node, id, open.id, dice % 3 > 0, by)
  const event = dice % 4 === 0 ? 'dismiss' : 'refer'
  return proposeStep(node, id, { event, reason: '理由', receipt: '公受〔2026〕1号', seen: await seenOf(id, dice) }, by)
}

/** What is promised of every claim after every act, read from the record. */
async function checkClaimNow(id: string): Promise<void> {
  const [claim, steps] = [await findClaim(desk.pool, id), await listSteps(desk.pool, id)]
  if (!claim) throw new Error(`no claim ${id}`)
  expect(steps.map(({ version }) => version)).toEqual(steps.map((_, at) => steps.length - at))
  expect([steps[0]?.version, steps[0]?.to]).toEqual([claim.version, claim.state])
  const [last, before] = steps
  if (before?.to === 'closed') expect(last?.event).toBe('reopen')
  const isResting = ['closed', 'merged', 'dismissed'].includes(claim.state)
  expect([claim.state, findClockOwner(claim) === null]).toEqual([claim.state, isResting])
}

/** rumours.md §4 by hand: who must have signed exactly what went out; nobody's own words count as looked at by another. */
const NEEDED: Readonly<Record<number, readonly SignScope[]>> = {
  4: ['facts', 'lead', 'cac-wording'],
  3: ['facts', 'unit', 'cac-wording'],
}

async function checkSaid(id: string): Promise<void> {
  const claim = await findClaim(desk.pool, id)
  const [said] = await desk.query<{ hash: string; draft: string; hands: string[] }>(
    `select n.facts #>> '{draft,hash}' as hash, d.hash as draft, d.hands from notice n join draft d on d.id = n.facts #>> '{draft,id}'
     where d.claim_id = $1 order by d.released_at desc, n.id desc limit 1`,
    [id],
  )
  if (!claim || !said) throw new Error(`nothing was said of ${id}`)
  const signed = claim.signatures.filter(({ bodyHash }) => bodyHash === said.hash)
  expect([claim.state, claim.approvedHash, said.draft]).toEqual(['publishing', said.hash, said.hash])
  expect(new Set(signed.map(({ account }) => account)).size).toBe(signed.length)
  expect(signed.some(({ scope, account }) => scope === 'facts' && said.hands.includes(account))).toBe(false)
  const lacking = (NEEDED[claim.risk] ?? []).filter((scope) => !signed.some((one) => one.scope === scope))
  expect(lacking.toSorted()).toEqual([...claim.lateWithout].toSorted())
  const late = (await listSteps(desk.pool, id)).find(({ event }) => event === 'approve' || event === 'approve-late')
  expect([late?.event, late?.actor]).toEqual(lacking.length > 0 ? ['approve-late', 'lead'] : [late?.event, late?.actor])
  expect(lacking).not.toContain('facts')
}

test(
  `over ${HISTORIES} histories on record what the table promises holds`,
  async () => {
    const count = { histories: 0, acts: 0, done: 0, refused: 0 }
    const people = ['wang', 'chen', 'zhao', 'li', 'sun', 'qian', 'zhou', 'wu'] as const
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 2 ** 30 }), { minLength: 20, maxLength: 45 }), async (draws) => {
        const ids = [await tellOne(), await tellOne()]
        count.histories += 1
        for (const dice of draws) {
          const [id = '', other = ''] = dice % 6 === 0 ? ids.toReversed() : ids
          // The bureau's people act more often than the others, the lead most.
          const often = (['wang', 'zhao', 'li', 'li'] as const)[(dice >> 6) % 4] ?? 'li'
          const by = desk.people[dice % 4 === 0 ? (people[(dice >> 6) % 8] ?? often) : often]
          const state = (await findClaim(desk.pool, id))?.state ?? 'new'
          const names = dice % 5 === 0 ? Object.keys(ACTS) : USUAL[state].split(' ')
          const name = names[(dice >> 9) % names.length] as ActName
          const done = await ACTS[name](id, other, by, dice)
          if (name === 'publish' && done.ok) await checkSaid(id)
          count.acts += 1
          count[done.ok ? 'done' : 'refused'] += 1
          if (dice % 13 === 0) {
            desk.pass((dice % 12) * MINUTE)
            await watchClaims(node)
          }
          for (const one of ids) await checkClaimNow(one)
        }
        const kept = await desk.query('select id from claim where id = any($1)', [ids])
        expect(kept).toHaveLength(2)
      }),
      { numRuns: HISTORIES, endOnFailure: true },
    )
    const [more] = await desk.query<{
      published: number
      late: number
      merged: number
      closed: number
      steps: number
      twice: number
    }>(
      `select (select count(*)::int from claim_step where event = 'publish') as published,
       (select count(*)::int from claim_step where event = 'approve-late') as late,
       (select count(*)::int from claim_step where event = 'merge') as merged,
       (select count(*)::int from claim_step where event = 'close') as closed, (select count(*)::int from claim_step) as steps,
       (select count(*)::int from (select facts #>> '{draft,id}' as d, facts #>> '{draft,hash}' as h from notice group by 1, 2 having count(*) > 1) x) as twice`,
    )
    process.stdout.write(`${JSON.stringify({ ...count, ...more })}\n`)
    expect(more?.twice).toBe(0)
    // Few histories may hold none.
    if (HISTORIES >= 100) expect(more?.published).toBeGreaterThan(0)
  },
  60_000 + HISTORIES * 5_000,
)

test('every step has its row in the journal, and no claim is merged into itself by any way', async () => {
  const lost = await desk.query(
    `select from claim_step s where s.event <> 'open' and not exists (
       select from journal j where j.subject = s.claim_id and j.act = 'claim.' || s.event
         and coalesce((j.detail ->> 'version')::int, s.version) = s.version)`,
  )
  expect(lost).toEqual([])
  const rings = await desk.query(
    `with recursive up (id, at, hops) as (select id, merged_into, 1 from claim where merged_into is not null
       union all select u.id, c.merged_into, hops + 1 from up u join claim c on c.id = u.at where c.merged_into is not null and hops < 100)
     select from up where at = id or hops >= 100`,
  )
  expect(rings).toEqual([])
})

test('who reported is to be read in no table but under seal', async () => {
  const tables = await desk.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  )
  expect(tables.length).toBeGreaterThan(40)
  for (const { name } of tables) {
    const found = await desk
      .query(`select from "${name}" t where t::text like any($1) limit 1`, [
        Object.values(REPORTER).map((word) => `%${word}%`),
      ])
      .catch((error: unknown) => {
        if (!/permission denied/.test(String(error))) throw error
        return []
      })
    expect([name, found]).toEqual([name, []])
  }
})
