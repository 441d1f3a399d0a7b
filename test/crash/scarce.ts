// In: an outlet of the installation. Out: its book so full that every call is booked before it is made (store/budget.ts).
// Must not use anything up: three tenths of each limit stay, which is plenty for a run and not plenty for the program.
import type { Pool } from 'pg'
import { channels } from '../../channels/index.ts'
import { SECOND } from '../../src/core/instant.ts'
import type { NoticeKind } from '../../src/core/notice.ts'
import { PRIORITY } from '../../src/publish/speak.ts'
import { FRESH_MS, maxFor, PLENTY } from '../../src/store/budget.ts'

/** Limits larger than this are never near their end in a run. */
const LARGEST = 10_000

/** Books calls of another node, and moves the clock to where the program no longer trusts what it read before. */
export async function makeCallsScarce(
  db: Pool,
  outlet: string,
  scene: { kind: NoticeKind; installation: { now: () => number }; advanceTo: (at: number) => Promise<void> },
): Promise<void> {
  const at = scene.installation.now() + FRESH_MS + SECOND
  const priority = PRIORITY[scene.kind]
  const { rows } = await db.query<{ channel: string }>('select channel from outlet where id = $1', [outlet])
  const limits = channels.find((channel) => channel.name === rows[0]?.channel)?.limits ?? []
  const booked = new Map<string, number>()
  for (const limit of limits
    .filter(({ max }) => max <= LARGEST)
    .toSorted((a, b) => Number(a.api === '*') - Number(b.api === '*'))) {
    const wanted = Math.ceil(maxFor(limit, priority) - PLENTY * limit.max)
    const counted =
      limit.api === '*' ? [...booked.values()].reduce((sum, n) => sum + n, 0) : (booked.get(limit.api) ?? 0)
    if (wanted <= counted) continue
    await db.query('insert into call (outlet_id, api, at) select $1, $2, $3 from generate_series(1, $4)', [
      outlet,
      limit.api,
      new Date(at).toISOString(),
      wanted - counted,
    ])
    booked.set(limit.api, wanted)
  }
  await scene.advanceTo(at)
}
