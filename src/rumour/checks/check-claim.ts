// In: a claim that was opened, joined or overtaken by the record; or somebody who asks again. Out: what each rule finds, on record.
// Must not write what is there already, nor move the claim: a finding is evidence, and a person decides (rumours.md §2).
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '../../core/instant.ts'
import { endFinding, type Finding } from '../../core/rumour/checks/finding.ts'
import { MOST_TEXTS, readClaim, type ToldText } from '../../core/rumour/checks/reading.ts'
import { runChecks } from '../../core/rumour/checks/run.ts'
import { appendJournal } from '../../store/journal.ts'
import { tellDesks } from '../../store/listen.ts'
import { withTransaction, type Queryable } from '../../store/pool.ts'
import {
  addFinding,
  listDueChecks,
  listLatestFindings,
  listToldTexts,
  lockChecks,
  readBasis,
  saveRun,
  type KnownFinding,
} from '../../store/rumours/checks.ts'
import { countEvidence, findClaim, type ClaimRecord } from '../../store/rumours/claims.ts'
import { refuse, type Moved, type Person, type RumourContext } from '../context.ts'
import { findSight } from '../sight.ts'
import { gatherFacts } from './gather.ts'

/** Copies that come in by the dozen are looked at together. */
const SETTLE_MS = 30_000
/** Between two claims, so that fifty of them are no stand-still for whoever else asks the database. */
const APART_MS = 10

const isSame = (known: KnownFinding | undefined, found: Finding): boolean =>
  known !== undefined &&
  known.outcome === found.outcome &&
  known.words === found.words &&
  known.rows.length === found.rows.length &&
  known.rows.every((row, index) => {
    const other = found.rows[index]
    return row.table === other?.table && row.id === other.id && row.says === other.says
  })

const isEvidence = (one: Pick<Finding, 'outcome'> | undefined): boolean =>
  one !== undefined && one.outcome !== 'no-data'

async function findAnew(
  client: Queryable,
  context: RumourContext,
  claim: ClaimRecord,
  texts: readonly ToldText[],
): Promise<Finding[]> {
  const reading = readClaim(claim.kind, texts)
  return runChecks(reading, await gatherFacts(client, context, claim, reading))
}

/** Runs every rule over a claim. @returns what is new, in the order of the rules */
async function runOver(client: Queryable, context: RumourContext, id: string, by: string): Promise<Finding[]> {
  await lockChecks(client, id)
  const claim = await findClaim(client, id)
  if (!claim) return []
  const at = context.now()
  const basis = await readBasis(client, id)
  const texts = await listToldTexts(client, id, MOST_TEXTS)
  const found = texts.length === 0 ? [] : await findAnew(client, context, claim, texts)
  const known = new Map((await listLatestFindings(client, id)).map((one) => [one.rule, one]))
  const ended = [...known.keys()].filter((rule) => !found.some((one) => one.rule === rule)).map(endFinding)
  const findings = [...found, ...ended]
  const fresh = findings.filter((one) => !isSame(known.get(one.rule), one))
  for (const one of fresh) {
    await addFinding(client, id, one, by, at)
    // What says nothing is no evidence to draft on.
    const [did, does] = [isEvidence(known.get(one.rule)), isEvidence(one)]
    if (did !== does) await countEvidence(client, id, does ? 1 : -1)
  }
  const turns = findings.map(({ again }) => again).filter((again): again is Instant => again !== null)
  await saveRun(client, id, { ...basis, at, dueAt: turns.length === 0 ? null : Math.min(...turns) })
  if (fresh.length > 0) {
    const detail = Object.fromEntries(fresh.map(({ rule, outcome }) => [rule, outcome]))
    await appendJournal(client, at, { actor: by, act: 'claim.checked', subject: id, detail })
  }
  return fresh
}

/** Somebody asks again. */
export function recheckClaim(context: RumourContext, id: string, person: Person): Promise<Moved> {
  return withTransaction(context.pool, async (client): Promise<Moved> => {
    const sight = await findSight(client, context, person, id)
    const claim = sight === 'whole' ? await findClaim(client, id) : null
    if (!claim) return refuse('unknown', '没有这件传言')
    // Its reports came by the desk's clock, its quakes by the scenario's: the rules would compare the two.
    if (claim.class === 'drill') return refuse('drill', '演练中的传言由人工核对')
    if (claim.state === 'closed' || claim.state === 'merged') return refuse('not-here', '已办结或已并案的传言只供查阅')
    const fresh = await runOver(client, context, id, person.account)
    if (fresh.length > 0) await tellDesks(client)
    return { ok: true, claim }
  })
}

/**
 * Checks whatever has not been seen by the rules as it is now. One node does this at a time.
 * @throws what one of them failed with, after the others had their turn
 */
export async function checkDueClaims(context: RumourContext): Promise<number> {
  const due = await listDueChecks(context.pool, context.now(), SETTLE_MS)
  const failures: unknown[] = []
  let found = 0
  for (const id of due) {
    await context.giveWay?.()
    await sleep(APART_MS)
    try {
      found += (await withTransaction(context.pool, (client) => runOver(client, context, id, 'system'))).length
    } catch (error) {
      failures.push(error)
    }
  }
  // Once for all of them: a flood must not keep every desk fetching.
  if (found > 0) await tellDesks(context.pool)
  if (failures.length > 0) throw failures[0]
  return due.length
}
