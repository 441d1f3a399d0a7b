// In: an installation of one process. Out: people who sit at its desk: account and session as the record would have them.
// Its clock is not the wall's, so no code of a second factor would fit; what a session may do is the door's business all the same.
import { beginSession } from '../../src/people/sessions.ts'
import type { OrganisationKind, Role } from '../../src/core/people/roles.ts'
import { openPool } from '../../src/store/pool.ts'
import { activateAccount, addAccount, saveOrganisation } from '../../src/store/people/accounts.ts'
import type { Installation } from './installation.ts'
import { openVisitor, type Visitor } from './officers.ts'

export interface Unit {
  id: string
  name: string
  kind: OrganisationKind
}

const BUREAU: Unit = { id: 'bureau', name: '银川市地震局', kind: 'bureau' }
/** The only organisation of its kind. */
export const unitOf = (kind: OrganisationKind): Unit => ({ id: kind, name: `试验${kind}`, kind })

/** Somebody with an account of that name and role, signed in. Their account's id is `p-<login>`. */
export async function openSeat(
  here: Installation,
  given: { login: string; name: string; role: Role; unit?: Unit },
): Promise<Visitor> {
  const pool = openPool(here.database.appConfig, 1, () => undefined)
  try {
    const { login, name, role, unit = BUREAU } = given
    const id = `p-${login}`
    const now = here.clock.realNow()
    await saveOrganisation(pool, unit)
    await addAccount(pool, { id, login, name, organisation: unit.id, roles: [role], by: 'start' }, now)
    await activateAccount(pool, id)
    const token = await beginSession(pool, id, 'full', now)
    return openVisitor({ deskPort: here.config.deskPort }, `quakedesk=${token}`)
  } finally {
    await pool.end()
  }
}

/** The same of the only organisation of a kind. */
export const seatOf = (
  here: Installation,
  login: string,
  name: string,
  kind: OrganisationKind,
  role: Role,
): Promise<Visitor> => openSeat(here, { login, name, role, unit: unitOf(kind) })
