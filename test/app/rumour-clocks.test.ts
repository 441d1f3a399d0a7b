// In: the real program on a database of its own, killed and started again with its clock elsewhere. Out: proof that a claim's clocks
// ring once each over restarts, two programs at a time and a clock that was set back; and that a seat left cold comes free.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE } from '../../src/core/instant.ts'
import { beginSession } from '../../src/people/sessions.ts'
import { activateAccount, addAccount, saveOrganisation } from '../../src/store/people/accounts.ts'
import { openNodes, until, type Node, type Nodes } from '../support/nodes.ts'
import { openVisitor } from './officers.ts'

/** Noon in Beijing. */
const START = Date.UTC(2026, 2, 4, 4, 0, 0)
let nodes: Nodes

beforeAll(async () => {
  nodes = await openNodes(`outlets: [{ id: site, channel: website }]\n`)
}, 60_000)
afterAll(() => nodes?.close(), 60_000)

const startAt = (name: string, at: number): Promise<Node> =>
  nodes.start(name, { QUAKEDESK_CLOCK: new Date(at).toISOString() })
const ask = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await nodes.pool.query<T>(text, values)).rows

async function openDuty(node: Node) {
  const { pool } = nodes
  await saveOrganisation(pool, { id: 'bureau', name: '合肥市地震局', kind: 'bureau' })
  const duty = {
    id: 'p-wang',
    login: 'wang',
    name: '王小明',
    organisation: 'bureau',
    roles: ['duty' as const],
    by: 'start',
  }
  await addAccount(pool, duty, Date.now())
  await activateAccount(pool, 'p-wang')
  return openVisitor(node, `quakedesk=${await beginSession(pool, 'p-wang', 'full', Date.now())}`)
}

/** Alarms about a claim, as often as each was ever raised. */
const listRung = async (claim: string): Promise<string[]> =>
  (
    await ask<{ subject: string }>('select subject from alarm where subject like $1 order by subject', [`${claim} %`])
  ).map(({ subject }) => subject.split(' ')[1] ?? '')
/** Waits until a program has looked at the claims twice more, by what it does for one that is due. */
async function looks(): Promise<void> {
  for (let look = 0; look < 2; look += 1) {
    const cold = `c-cold-${Math.random().toString(16).slice(2)}`
    await ask(
      `insert into claim (id, title, kind, family_id, risk, state, version, opened_at, changed_at, owner, owned_at)
       values ($1, '试', 'other', $1, 1, 'triage', 2, '2020-01-01', '2020-01-01', 'p-wang', '2020-01-01')`,
      [cold],
    )
    const isFree = `select from claim where id = $1 and state = 'new'`
    await until(
      async () => ((await ask(isFree, [cold])).length === 1 ? true : undefined),
      () => 'a seat that was left cold is free',
    )
  }
}

test('a claim’s clocks ring once each, whenever the program was killed, wherever its clock stands, however many look', async () => {
  const first = await startAt('first', START)
  const wang = await openDuty(first)
  await wang.get('/desk/rumours/new')
  const told = await wang.post('/desk/rumours', { route: 'phone', text: '合肥今晚要发生7级大地震，大家赶紧转发' })
  const claim = /\/desk\/rumours\/(c-[0-9a-f]+)/.exec(told.body)?.[1] ?? ''
  expect(claim).not.toBe('')
  await looks()
  expect(await listRung(claim)).toEqual([])
  await first.kill()
  const later = await startAt('first', START + 6 * MINUTE)
  await looks()
  expect(await listRung(claim)).toEqual(['acknowledge'])
  await later.kill()
  // The machine's clock was wrong by an hour, and is set right.
  const back = await startAt('first', START - 60 * MINUTE)
  await looks()
  expect(await listRung(claim)).toEqual(['acknowledge'])
  await back.kill()
  await Promise.all([startAt('first', START + 40 * MINUTE), startAt('second', START + 40 * MINUTE)])
  await looks()
  expect(await listRung(claim)).toEqual(['acknowledge', 'first-line', 'verdict'])
  const standing = await ask('select from alarm where subject like $1 and cleared_at is null', [`${claim} %`])
  expect(standing).toHaveLength(3)
}, 180_000)
