// In: an installation of one process. Out: people who sit at its desk: account and session as the record would have them.
// Its clock is not the wall's, so no code of a second factor would fit; what a session may do is the door's business all the same.
import { beginSession } from '../../src/people/sessions.ts'
import type { Role } from '../../src/core/people/roles.ts'
import { openPool } from '../../src/store/pool.ts'
import { activateAccount, addAccount, saveOrganisation } from '../../src/store/people/accounts.ts'
import type { Installation } from './installation.ts'
import { openVisitor, type Visitor } from './officers.ts'

/** Somebody with an account of that name and role, signed in. Their account's id is `p-<login>`. */
export async function openSeat(
  here: Installation,
  given: { login: string; name: string; role: Role },
): Promise<Visitor> {
  const pool = openPool(here.database.appConfig, 1, () => undefined)
  try {
    const id = `p-${given.login}`
    const now = here.clock.realNow()
    await saveOrganisation(pool, { id: 'bureau', name: '银川市地震局', kind: 'bureau' })
    await addAccount(
      pool,
      { id, login: given.login, name: given.name, organisation: 'bureau', roles: [given.role], by: 'start' },
      now,
    )
    await activateAccount(pool, id)
    const token = await beginSession(pool, id, 'full', now)
    return openVisitor({ deskPort: here.config.deskPort }, `quakedesk=${token}`)
  } finally {
    await pool.end()
  }
}
