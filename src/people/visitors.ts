// In: the demonstration. Out: one seat per role that visitors take without a password.
// Must never be opened outside the demonstration: whoever composes the parts decides.
import { ROLE_NAMES, ROLES, type Role } from '../core/people/roles.ts'
import { addAccount, saveOrganisation } from '../store/people/accounts.ts'
import { activateAccount } from '../store/people/accounts.ts'
import type { PeopleContext } from './context.ts'
import { beginSession } from './sessions.ts'

const HOME: Readonly<Partial<Record<Role, string>>> = {
  'liaison-cac': 'cac',
  'liaison-police': 'police',
  'liaison-unit': 'unit',
}

/** @returns a session's token for a role; null for a word that is none */
export async function openVisitors(
  { pool, now }: PeopleContext,
  bureau: { name: string },
): Promise<(role: string) => Promise<string | null>> {
  await saveOrganisation(pool, { id: 'bureau', name: bureau.name, kind: 'bureau' })
  await saveOrganisation(pool, { id: 'cac', name: '网信办（演示）', kind: 'cac' })
  await saveOrganisation(pool, { id: 'police', name: '公安局（演示）', kind: 'police' })
  await saveOrganisation(pool, { id: 'unit', name: '教育局（演示）', kind: 'other' })
  for (const role of ROLES) {
    const id = `p-visitor-${role}`
    const given = {
      id,
      login: `visitor-${role}`,
      name: `${ROLE_NAMES[role]}（演示）`,
      organisation: HOME[role] ?? 'bureau',
    }
    await addAccount(pool, { ...given, roles: [role], by: 'start' }, now())
    await activateAccount(pool, id)
  }
  return async (role) => {
    const known = ROLES.find((one) => one === role)
    return known ? beginSession(pool, `p-visitor-${known}`, 'full', now()) : null
  }
}
