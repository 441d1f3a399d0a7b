// In: two programs over one record, four people of two organisations who sign, edit, send back, merge, split and publish the same answer at
// the same moment. Out: proof that nothing is lost, nothing goes out twice, and every loser is told why. QUAKEDESK_RACES=1000 runs as many.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Person } from '../../src/rumour/context.ts'
import { goAhead, objectTo, publishRebuttal, signRebuttal } from '../../src/rumour/rebuttal.ts'
import { stepClaim } from '../../src/rumour/steps.ts'
import { answerSuggestion } from '../../src/rumour/tidy-links.ts'
import { findDraftOf, type DraftRecord } from '../../src/store/drafts.ts'
import { NATIONAL_COUNTIES } from '../../src/core/places/county.ts'
import type { SignScope } from '../../src/core/rumour/signoff.ts'
import { findClaim, listSteps, type ClaimRecord, type StepRecord } from '../../src/store/rumours/claims.ts'
import { must, openAnswerNode, reword, stepNow, toSignoff, versionOf, WORDS, type AnswerNode } from './answer-desk.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

const RACES = Number(process.env['QUAKEDESK_RACES'] ?? 100)
let desk: RumourDesk
let nodes: AnswerNode[]
beforeAll(async () => {
  desk = await openRumourDesk()
  nodes = [await openAnswerNode(desk, desk.appConfig), await openAnswerNode(desk, desk.appConfig)]
}, 60_000)
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await desk.close()
})

type Done = { ok: boolean; reason?: string }
interface Try {
  /** The step that stands on record when it was done; '' for a draft's new version without one. */
  event: string
  on: 'claim' | 'other'
  by: Person
  run: (node: AnswerNode) => Promise<Done>
}
interface Scene {
  id: string
  other: string
  draft: DraftRecord
  /** Versions that everybody has on the page. */
  seen: number
  seenOther: number
}

const sign = ({ id, seen, draft }: Scene, by: Person, scope: SignScope): Try => ({
  event: 'sign',
  on: 'claim',
  by,
  run: (node) => signRebuttal(node, { id, seen, scope, bodyHash: draft.hash }, by),
})
const edit = ({ draft }: Scene, by: Person, body: string): Try => ({
  event: 'edit',
  on: 'claim',
  by,
  run: (node) => reword(node, draft, body, by),
})
const object = ({ id, seen }: Scene, by: Person): Try => ({
  event: 'object',
  on: 'claim',
  by,
  run: (node) => objectTo(node, { id, seen, reason: '措辞再斟酌' }, by),
})
const publish = ({ id, seen, draft }: Scene, by: Person): Try => ({
  event: 'publish',
  on: 'claim',
  by,
  run: (node) => publishRebuttal(node, { id, seen, bodyHash: draft.hash }, by),
})
const merge = ({ id, other, seen }: Scene, by: Person): Try => ({
  event: 'merge',
  on: 'claim',
  by,
  run: (node) => stepClaim(node, id, { event: 'merge', seen, reason: '同一件', target: other }, by),
})
const mergeBack = ({ id, other, seenOther }: Scene, by: Person): Try => ({
  event: 'merge',
  on: 'other',
  by,
  run: (node) => stepClaim(node, other, { event: 'merge', seen: seenOther, reason: '同一件', target: id }, by),
})
/** The same by the answer to a suggestion, which takes another lock first. */
const mergeLike = ({ id, other, seenOther }: Scene, by: Person): Try => ({
  event: 'merge',
  on: 'other',
  by,
  run: (node) => answerSuggestion(node, other, { target: id, isSame: true, seen: seenOther }, by),
})
const split = ({ other, seenOther }: Scene, by: Person): Try => ({
  event: 'split',
  on: 'other',
  by,
  run: (node) => stepClaim(node, other, { event: 'split', seen: seenOther, reason: '不是同一件' }, by),
})
const hold = ({ id, seen }: Scene, by: Person): Try => ({
  event: 'hold',
  on: 'claim',
  by,
  run: (node) => stepClaim(node, id, { event: 'hold', seen, reason: '等待会商', holdMinutes: 10 }, by),
})
const ahead = ({ id, seen }: Scene, by: Person): Try => ({
  event: 'approve-late',
  on: 'claim',
  by,
  run: (node) => goAhead(node, { id, seen, reason: '网信办尚无回音' }, by),
})

/** What may meet; each begins where its name says. */
function listScenes(): readonly (readonly [name: 'signing' | 'approved' | 'merged', tries: (scene: Scene) => Try[]])[] {
  const { wang, chen, zhao, li, sun } = desk.people
  const body = (n: number): string => `${WORDS.body}（第${n}稿）`
  return [
    ['signing', (s) => [sign(s, sun, 'cac-wording'), edit(s, wang, body(1)), object(s, sun)]],
    ['signing', (s) => [sign(s, sun, 'cac-wording'), merge(s, chen), edit(s, zhao, body(2)), hold(s, sun)]],
    ['signing', (s) => [edit(s, wang, body(3)), edit(s, zhao, body(4)), sign(s, sun, 'cac-wording')]],
    ['signing', (s) => [ahead(s, li), sign(s, sun, 'cac-wording'), edit(s, zhao, body(5))]],
    ['approved', (s) => [publish(s, zhao), publish(s, li), edit(s, wang, body(6))]],
    ['approved', (s) => [publish(s, zhao), merge(s, wang), publish(s, li), hold(s, chen)]],
    ['approved', (s) => [publish(s, li), publish(s, zhao), publish(s, li)]],
    ['approved', (s) => [merge(s, wang), mergeBack(s, chen), publish(s, zhao)]],
    ['approved', (s) => [mergeLike(s, chen), merge(s, wang), edit(s, zhao, body(7))]],
    ['merged', (s) => [split(s, wang), split(s, chen), publish(s, zhao), merge(s, li)]],
  ]
}

/** A county of its own for every race: no two claims are one. */
const COUNTIES = [...Map.groupBy(NATIONAL_COUNTIES, ({ name }) => name).values()]
  .flatMap((same) => (same.length === 1 ? same : []))
  .map(({ name }) => name)
  .filter((name) => /^.{2,5}县$/u.test(name))
const nameOf = (race: number): string => COUNTIES[race % COUNTIES.length] ?? ''

async function prepare(stands: 'signing' | 'approved' | 'merged', race: number): Promise<Scene> {
  const { wang, chen, li, sun } = desk.people
  const [node] = nodes as [AnswerNode]
  const { id, draft } = await toSignoff(node, desk, `${nameOf(race)}明天要发生7级大地震，大家赶紧转发`)
  // Of the gravest: then bureau, lead and the cyberspace office sign.
  const give = async (by: Person, scope: SignScope): Promise<unknown> =>
    must(signRebuttal(node, { id, seen: await versionOf(node, id), scope, bodyHash: draft.hash }, by))
  await give(chen, 'facts')
  await give(li, 'lead')
  if (stands !== 'signing') await give(sun, 'cac-wording')
  const other = (await desk.tell(`听说${nameOf(race)}小学有${race + 11}人受伤，老师说的`)).claim
  if (other === id) throw new Error('two stories are one')
  await must(stepNow(node, other, 'take', wang))
  if (stands === 'merged') await must(stepNow(node, other, 'merge', wang, { reason: '同一件', target: id }))
  return { id, other, draft, seen: await versionOf(node, id), seenOther: await versionOf(node, other) }
}

/** One history: a step for every version, each beginning where the one before ended. */
async function readHistory(id: string): Promise<{ claim: ClaimRecord; steps: StepRecord[] }> {
  const [claim, steps] = [await findClaim(desk.pool, id), await listSteps(desk.pool, id)]
  if (!claim) throw new Error(`no claim ${id}`)
  expect(steps.map(({ version }) => version)).toEqual(steps.map((_, at) => steps.length - at))
  expect([steps[0]?.version, steps[0]?.to]).toEqual([claim.version, claim.state])
  for (const [at, { from }] of steps.entries()) expect(from).toBe(steps[at + 1]?.to ?? 'new')
  return { claim, steps }
}

/** What went out, and whether everybody whom risk 4 asks for had signed exactly that. */
async function checkSaid({ id }: Scene, published: number): Promise<void> {
  const said = await desk.query<{ hash: string; late: string[] }>(
    `select n.facts #>> '{draft,hash}' as hash, c.late_without as late from notice n join draft d on d.id = n.facts #>> '{draft,id}'
     join claim c on c.id = d.claim_id where c.id = $1`,
    [id],
  )
  expect(said).toHaveLength(published)
  for (const { hash, late } of said) {
    const signed = await desk.query<{ scope: string }>(
      `select g.scope from claim_signature g join claim c on c.id = g.claim_id and c.submission = g.submission
       where g.claim_id = $1 and g.body_hash = $2`,
      [id, hash],
    )
    expect([...signed.map(({ scope }) => scope), ...late].toSorted()).toEqual(['cac-wording', 'facts', 'lead'])
  }
}

test(
  `${RACES} times several act on one answer at two programs: nothing is lost, nothing is said twice, every loser is told`,
  async () => {
    const scenes = listScenes()
    const count = { races: 0, acts: 0, done: 0, told: 0, published: 0, merged: 0, split: 0, edited: 0 }
    const named = new Map<string, number>()
    for (let race = 0; race < RACES; race += 1) {
      const [stands, tries] = scenes[race % scenes.length] as (typeof scenes)[number]
      const scene = await prepare(stands, race)
      if (scenes.length > 0 && tries(scene).some(({ event }) => event === 'approve-late')) desk.pass(11 * 60_000)
      // Who is called first differs from race to race; so does at which of the programs.
      const acts = tries(scene)
      const turned = acts.map((_, at) => acts[(at + race) % acts.length] as Try)
      const before = { id: scene.seen, other: scene.seenOther }
      const done = await Promise.all(
        turned.map((one, at) => one.run(nodes[(at + Math.floor(race / scenes.length)) % 2] as AnswerNode)),
      )
      const mine = await readHistory(scene.id)
      const others = await readHistory(scene.other)
      // Sent back first: then the words are changed where changing voids nothing, and the claim takes no step.
      const isSentBack = turned.some(({ event }, at) => event === 'object' && done[at]?.ok === true)
      const isStep = ({ event }: Try): boolean => event !== 'edit' || !isSentBack
      for (const [at, one] of turned.entries()) {
        const { ok, reason = '' } = done[at] as Done
        const { steps } = one.on === 'claim' ? mine : others
        const since = steps.filter(({ version }) => version > (one.on === 'claim' ? before.id : before.other))
        const own = since.filter(({ event, account }) => event === one.event && account === one.by.account)
        const winners = turned.filter(
          (each, index) =>
            done[index]?.ok === true &&
            isStep(each) &&
            each.event === one.event &&
            each.by === one.by &&
            each.on === one.on,
        )
        // What somebody was told is done stands on record once; what was refused does not, and says why.
        expect([one.event, one.by.account, own.length]).toEqual([one.event, one.by.account, winners.length])
        if (!ok) expect(reason).toMatch(/\p{Script=Han}/u)
        if (!ok && /处理（/.test(reason)) named.set(one.event, (named.get(one.event) ?? 0) + 1)
        count.acts += 1
        count[ok ? 'done' : 'told'] += 1
        if (ok && one.event === 'merge') count.merged += 1
        if (ok && one.event === 'split') count.split += 1
        if (ok && one.event === 'edit') count.edited += 1
      }
      // Every step since is somebody's who was told so, or the approval that the last signature brings.
      const added = mine.claim.version - before.id + others.claim.version - before.other
      const approvals = mine.steps.filter(({ version, event }) => version > before.id && event === 'approve').length
      expect(added).toBe(turned.filter((one, at) => done[at]?.ok === true && isStep(one)).length + approvals)
      // Opposite merges: never both.
      expect([mine.claim.mergedInto, others.claim.mergedInto].filter((into) => into !== null).length).toBeLessThan(2)
      const published = turned.filter(({ event }, at) => event === 'publish' && done[at]?.ok === true).length
      expect(published).toBeLessThan(2)
      await checkSaid(scene, published)
      count.published += published
      // The words that stand are those of the one who was told that they are saved.
      const draft = await findDraftOf(desk.pool, scene.id)
      const edits = turned.filter(({ event }, at) => event === 'edit' && done[at]?.ok === true)
      expect(edits.length).toBeLessThan(2)
      if (published === 0) expect(draft?.fields['body'] === WORDS.body).toBe(edits.length === 0)
      count.races += 1
    }
    process.stdout.write(`${JSON.stringify({ ...count, named: Object.fromEntries(named) })}\n`)
    const lost = await desk.query(
      `select from claim_step s where not exists (select from journal j where j.subject = s.claim_id and j.act = 'claim.' || s.event)`,
    )
    expect(lost).toEqual([])
  },
  60_000 + RACES * 2_500,
)
