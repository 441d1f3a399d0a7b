// In: nothing. Out: who works at the desk, which acts each role may do, and which roles may not meet in one person.
// Must not know a route: the door asks for an act, the table here says whose it is (等保 GB/T 22239: three administrators apart).

export const ROLES = [
  'duty',
  'publicity',
  'lead',
  'liaison-cac',
  'liaison-police',
  'liaison-unit',
  'observer',
  'system-admin',
  'security-admin',
  'audit-admin',
] as const
export type Role = (typeof ROLES)[number]

export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  duty: '值班员',
  publicity: '宣传员',
  lead: '带班领导',
  'liaison-cac': '网信联络员',
  'liaison-police': '公安联络员',
  'liaison-unit': '责任单位联络员',
  observer: '观察员',
  'system-admin': '系统管理员',
  'security-admin': '安全管理员',
  'audit-admin': '审计管理员',
}

/** What somebody does at the desk; every route names one. */
export const DESK_ACTS = [
  'own-account',
  'see-board',
  'decide-hold',
  'withdraw',
  'deny-quake',
  'write-draft',
  'approve-draft',
  'release-draft',
  'join-quakes',
  'switch-outlet',
  'settle-delivery',
  'acknowledge-alarm',
  'keep-roster',
  'keep-deadlines',
  'run-drill',
  'edit-templates',
  'sign-templates',
  'manage-people',
  'manage-outlets',
  'see-outlets',
  'approve-outlet',
  'read-journal',
  'see-rumours',
  'report-rumour',
  'handle-rumour',
  'share-rumour',
  'answer-rumour',
  'check-rumour',
  'keep-forecasts',
  'see-handover',
  'collect-evidence',
  'build-package',
  'decide-package',
  'hold-package',
  'receive-package',
  'tell-outcome',
  'log-platform',
  'name-spreader',
  'ask-contact',
  'decide-contact',
  'see-agencies',
  'set-agency',
  'decide-agency',
  'stop-agency',
  'hold-token',
] as const
export type DeskAct = (typeof DESK_ACTS)[number]

const STAFF: readonly Role[] = ['duty', 'publicity', 'lead']
const DECIDING: readonly Role[] = ['duty', 'lead']
const LIAISONS: readonly Role[] = ['liaison-cac', 'liaison-police', 'liaison-unit']

/** Whose an act is. Administrators decide nothing about what is said; whoever decides manages no accounts. */
export const WHO_MAY: Readonly<Record<DeskAct, readonly Role[]>> = {
  'own-account': ROLES,
  'see-board': [...STAFF, 'observer'],
  'decide-hold': DECIDING,
  withdraw: DECIDING,
  'deny-quake': DECIDING,
  // Which of them may approve a draft its level says (core/writing/levels.ts).
  'write-draft': STAFF,
  'approve-draft': STAFF,
  'release-draft': STAFF,
  'join-quakes': DECIDING,
  'switch-outlet': DECIDING,
  // Posting by hand is the publicity officer's work, too.
  'settle-delivery': STAFF,
  'acknowledge-alarm': STAFF,
  'keep-roster': DECIDING,
  'keep-deadlines': STAFF,
  'run-drill': DECIDING,
  'edit-templates': STAFF,
  'sign-templates': ['lead'],
  'manage-people': ['security-admin'],
  'manage-outlets': ['system-admin'],
  'see-outlets': [...STAFF, 'observer', 'system-admin'],
  'approve-outlet': ['lead'],
  'read-journal': ['audit-admin', 'lead'],
  // Whoever comes from elsewhere sees what was shared with them; which step is whose the table of steps says
  // (core/rumour/claim-states.ts).
  'see-rumours': [...STAFF, ...LIAISONS, 'observer'],
  'report-rumour': [...STAFF, ...LIAISONS, 'observer'],
  'handle-rumour': [...STAFF, ...LIAISONS],
  'share-rumour': DECIDING,
  'answer-rumour': STAFF,
  // rumours.md §3: what the seismic record says is found by duty officers and the lead; publicity reads it.
  'check-rumour': DECIDING,
  // Two persons put an official forecast on record; one of them leads (rumour/checks/register.ts).
  'keep-forecasts': DECIDING,
  // rumours.md §3. A unit and an observer see nothing of it.
  'see-handover': [...STAFF, 'liaison-cac', 'liaison-police'],
  'collect-evidence': [...DECIDING, 'liaison-police'],
  'build-package': ['duty'],
  'decide-package': ['lead'],
  'hold-package': [...DECIDING, 'liaison-police'],
  'receive-package': [...DECIDING, 'liaison-police'],
  'tell-outcome': ['liaison-police'],
  'log-platform': ['liaison-cac'],
  'name-spreader': ['liaison-cac', 'liaison-police'],
  'ask-contact': [...DECIDING, 'liaison-police'],
  'decide-contact': ['lead'],
  // Lines to other organisations' systems: set up by one, let in by another.
  'see-agencies': ['lead', 'system-admin', ...LIAISONS],
  'set-agency': ['system-admin'],
  'decide-agency': ['lead'],
  'stop-agency': ['lead', 'system-admin'],
  'hold-token': LIAISONS,
}

export function mayDo(roles: readonly Role[], act: DeskAct): boolean {
  return WHO_MAY[act].some((role) => roles.includes(role))
}

export const ORGANISATION_KINDS = ['bureau', 'cac', 'police', 'other'] as const
export type OrganisationKind = (typeof ORGANISATION_KINDS)[number]

const ADMINISTRATORS: readonly Role[] = ['system-admin', 'security-admin', 'audit-admin']
/** Roles that belong to one kind of organisation; every other is the bureau's own, an observer may come from anywhere. */
const HOME: Readonly<Partial<Record<Role, OrganisationKind>>> = {
  'liaison-cac': 'cac',
  'liaison-police': 'police',
  'liaison-unit': 'other',
}

export type RoleRule = 'no-role' | 'administrators-apart' | 'administrator-decides' | 'wrong-organisation'

/** Which rule a choice of roles breaks; null when it may stand. */
export function checkRoles(roles: readonly Role[], organisation: OrganisationKind): RoleRule | null {
  if (roles.length === 0) return 'no-role'
  const administrators = roles.filter((role) => ADMINISTRATORS.includes(role))
  if (administrators.length > 1) return 'administrators-apart'
  if (administrators.length === 1 && roles.length > 1) return 'administrator-decides'
  const isAtHome = (role: Role): boolean => role === 'observer' || (HOME[role] ?? 'bureau') === organisation
  return roles.every(isAtHome) ? null : 'wrong-organisation'
}

export const ROLE_RULES: Readonly<Record<RoleRule, string>> = {
  'no-role': '请至少选择一个角色',
  'administrators-apart': '系统、安全、审计三个管理员角色不能由同一人担任',
  'administrator-decides': '管理员不能兼任其他角色',
  'wrong-organisation':
    '联络员角色只能给本单位的人：网信联络员属网信办，公安联络员属公安机关，责任单位联络员属其他单位，其余属地震局',
}
