// In: two programs over one record, each a process of its own, and four people of two organisations who sign, edit, send back, merge, split
// and publish the same answer at the same moment. Out: proof that nothing is lost, nothing goes out twice, and every loser is told why.
// QUAKEDESK_RACES=1000 runs as many.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Person } from '../../src/rumour/context.ts'
import { signRebuttal } from '../../src/rumour/rebuttal.ts'
import { findDraftOf } from '../../src/store/drafts.ts'
import { NATIONAL_COUNTIES } from '../../src/core/places/county.ts'
import type { SignScope } from '../../src/core/rumour/signoff.ts'
import { findClaim, listSteps, type ClaimRecord, type StepRecord } from '../../src/store/rumours/claims.ts'
import { KINDS, type Act, type Outcome, type Scene } from './answer-acts.ts'
import { must, stepNow, toSignoff, versionOf, WORDS } from './answer-desk.ts'
import { openPrograms, type Programs } from './answer-programs.ts'
import { openRumourDesk, type RumourDesk } from './desk-of-rumours.ts'

const RACES = Number(process.env['QUAKEDESK_RACES'] ?? 100)
let desk: RumourDesk
let programs: Programs
beforeAll(async () => {
  desk = await openRumourDesk()
  programs = await openPrograms(desk)
}, 60_000)
afterAll(async () => {
  await programs.close()
  await desk.close()
})

/** What may meet; each begins where its name says. */
function listScenes(): readonly (readonly [name: 'signing' | 'approved' | 'merged', acts: Act[]])[] {
  const { wang, chen, zhao, li, sun } = desk.people
  const act = (does: Act['does'], by: Person): Act => ({ does, by })
  const edit = (by: Person, n: number): Act => ({ does: 'edit', by, words: `${WORDS.body}（第${n}稿）` })
  return [
    ['signing', [act('sign', sun), edit(wang, 1), act('object', sun)]],
    ['signing', [act('sign', sun), act('merge', chen), edit(zhao, 2), act('hold', sun)]],
    ['signing', [edit(wang, 3), edit(zhao, 4), act('sign', sun)]],
    ['signing', [act('ahead', li), act('sign', sun), edit(zhao, 5)]],
    ['approved', [act('publish', zhao), act('publish', li), edit(wang, 6)]],
    ['approved', [act('publish', zhao), act('merge', wang), act('publish', li), act('hold', chen)]],
    ['approved', [act('publish', li), act('publish', zhao), act('publish', li)]],
    ['approved', [act('merge', wang), act('mergeBack', chen), act('publish', zhao)]],
    ['approved', [act('mergeLike', chen), act('merge', wang), edit(zhao, 7)]],
    ['merged', [act('split', wang), act('split', chen), act('publish', zhao), act('merge', li)]],
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
  const { node } = programs
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

/** Lets each act at its program, both programs beginning together. @returns what came of them, in their order */
async function raceOf(scene: Scene, acts: readonly Act[], isHere: readonly boolean[]): Promise<Outcome[]> {
  const of = (side: boolean): Act[] => acts.filter((_, at) => isHere[at] === side)
  const { here, there } = await programs.race(scene, of(true), of(false))
  const [mine, others] = [here.values(), there.values()]
  return isHere.map((own) => (own ? mine : others).next().value as Outcome)
}

test(
  `${RACES} times several act on one answer at the same moment at two programs: nothing is lost, nothing is said twice, every loser is told`,
  async () => {
    const scenes = listScenes()
    expect(programs.pid).not.toBe(process.pid)
    /** Of each program: what was done there, and who was told why not. */
    const sides = { here: { done: 0, told: 0 }, there: { done: 0, told: 0 } }
    const count = { races: 0, acts: 0, done: 0, told: 0, published: 0, merged: 0, split: 0, edited: 0 }
    const named = new Map<string, number>()
    for (let race = 0; race < RACES; race += 1) {
      const [stands, acts] = scenes[race % scenes.length] as (typeof scenes)[number]
      const scene = await prepare(stands, race)
      if (acts.some(({ does }) => does === 'ahead')) desk.pass(11 * 60_000)
      // Who is called first differs from race to race; so does at which of the programs.
      const turned = acts.map((_, at) => acts[(at + race) % acts.length] as Act)
      const isHere = turned.map((_, at) => (at + Math.floor(race / scenes.length)) % 2 === 0)
      const before = { id: scene.seen, other: scene.seenOther }
      const done = await raceOf(scene, turned, isHere)
      const mine = await readHistory(scene.id)
      const others = await readHistory(scene.other)
      // Sent back first: then the words are changed where changing voids nothing, and the claim takes no step.
      const isSentBack = turned.some(({ does }, at) => does === 'object' && done[at]?.ok === true)
      const isStep = ({ does }: Act): boolean => does !== 'edit' || !isSentBack
      for (const [at, { does, by }] of turned.entries()) {
        const one = { ...KINDS[does], by }
        const { ok, reason } = done[at] as Outcome
        const { steps } = one.on === 'claim' ? mine : others
        const since = steps.filter(({ version }) => version > (one.on === 'claim' ? before.id : before.other))
        const own = since.filter(({ event, account }) => event === one.event && account === one.by.account)
        const winners = turned.filter(
          (each, index) =>
            done[index]?.ok === true &&
            isStep(each) &&
            KINDS[each.does].event === one.event &&
            each.by === one.by &&
            KINDS[each.does].on === one.on,
        )
        // What somebody was told is done stands on record once; what was refused does not, and says why.
        expect([one.event, one.by.account, own.length]).toEqual([one.event, one.by.account, winners.length])
        if (!ok) expect(reason).toMatch(/\p{Script=Han}/u)
        if (!ok && /处理（/.test(reason)) named.set(one.event, (named.get(one.event) ?? 0) + 1)
        count.acts += 1
        count[ok ? 'done' : 'told'] += 1
        sides[isHere[at] === true ? 'here' : 'there'][ok ? 'done' : 'told'] += 1
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
      const published = turned.filter(({ does }, at) => does === 'publish' && done[at]?.ok === true).length
      expect(published).toBeLessThan(2)
      await checkSaid(scene, published)
      count.published += published
      // The words that stand are those of the one who was told that they are saved.
      const draft = await findDraftOf(desk.pool, scene.id)
      const edits = turned.filter(({ does }, at) => does === 'edit' && done[at]?.ok === true)
      expect(edits.length).toBeLessThan(2)
      if (published === 0) expect(draft?.fields['body']).toBe(edits[0]?.words ?? WORDS.body)
      count.races += 1
    }
    process.stdout.write(`${JSON.stringify({ ...count, ...sides, named: Object.fromEntries(named) })}\n`)
    // Neither program was always the first, nor always the last.
    for (const { done, told } of Object.values(sides)) expect([done > 0, told > 0]).toEqual([true, true])
    const lost = await desk.query(
      `select from claim_step s where not exists (select from journal j where j.subject = s.claim_id and j.act = 'claim.' || s.event)`,
    )
    expect(lost).toEqual([])
  },
  60_000 + RACES * 2_500,
)
