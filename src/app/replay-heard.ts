// In: the record after rumours were told. Out: the claims that came of them, with how many tell each; and how many deny.
// Must not take a suggestion for a link: what a person has not put together stands apart.
import type { Pool } from 'pg'
import type { Scenario } from '../town/scenario.ts'

export interface HeardClaim {
  title: string
  kind: string
  spread: number
  family: string
}

export interface Heard {
  /** Oldest first. */
  claims: HeardClaim[]
  denials: number
}

type Expected = Scenario['expect']['claims'][number]

export async function collectHeard(pool: Pool, lane: 'actual' | 'drill'): Promise<Heard> {
  const claims = await pool.query<HeardClaim>(
    `select c.title, c.kind, c.family_id as family, (select count(*)::int from sighting_link l join sighting s on s.id = l.sighting_id
       where l.claim_id = c.id and l.ended_at is null and s.stance <> 'deny') as spread
     from claim c where c.class = $1 and c.retired_at is null order by c.opened_at, c.id`,
    [lane],
  )
  const denials = await pool.query<{ n: number }>(
    `select count(*)::int as n from sighting where class = $1 and stance = 'deny'`,
    [lane],
  )
  return { claims: claims.rows, denials: denials.rows[0]?.n ?? 0 }
}

/** What came otherwise than expected, a sentence each. */
export function compareHeard(wanted: { claims: readonly Expected[]; denials: number }, heard: Heard): string[] {
  const left = [...heard.claims]
  const faults: string[] = []
  const found = wanted.claims.flatMap((expected) => {
    const at = left.findIndex((claim) => fits(expected, claim))
    const [claim] = at < 0 ? [] : left.splice(at, 1)
    if (!claim) faults.push(`no claim ${describeExpected(expected)} (there are ${list(heard.claims)})`)
    return claim ? [{ expected, claim }] : []
  })
  faults.push(...left.map((claim) => `a claim that nobody expected: ${describeClaim(claim)}`))
  for (const [at, one] of found.entries())
    for (const other of found.slice(at + 1)) {
      if (one.expected.family === undefined || other.expected.family === undefined) continue
      const isOne = one.claim.family === other.claim.family
      if (isOne !== (one.expected.family === other.expected.family))
        faults.push(`“${one.claim.title}” and “${other.claim.title}” are ${isOne ? '' : 'not '}of one family`)
    }
  if (heard.denials !== wanted.denials) faults.push(`${heard.denials} denials instead of ${wanted.denials}`)
  return faults
}

const fits = (expected: Expected, claim: HeardClaim): boolean =>
  claim.title.includes(expected.contains) &&
  claim.spread === expected.spread &&
  (expected.kind === undefined || claim.kind === expected.kind)

const describeExpected = ({ contains, kind, spread }: Expected): string =>
  `${kind ?? ''} with ${contains} that ${spread} tell`.trim()
const describeClaim = ({ title, kind, spread }: HeardClaim): string => `${kind} “${title}” that ${spread} tell`
const list = (claims: readonly HeardClaim[]): string =>
  claims.length === 0 ? 'none' : claims.map(describeClaim).join('; ')
