// In: somebody's roles. Out: as whom they act on a claim, and which steps are theirs in its state.
// Must not grant sight: who sees a claim at all is asked before (rumour/sight.ts).
import type { Role } from '../people/roles.ts'
import { TRANSITIONS, type ClaimActor, type ClaimEvent, type ClaimState, type Transition } from './claim-states.ts'
import type { Claim } from './claim-step.ts'
import { WHO_SIGNS, type SignScope } from './signoff.ts'

const ACTORS: Readonly<Partial<Record<Role, ClaimActor>>> = {
  duty: 'duty',
  publicity: 'publicity',
  lead: 'lead',
  'liaison-cac': 'liaison-cac',
  'liaison-police': 'liaison-police',
  'liaison-unit': 'responsible-unit',
  observer: 'observer',
}

export const ACTOR_NAMES: Readonly<Record<ClaimActor, string>> = {
  duty: '值班员',
  publicity: '宣传员',
  lead: '带班领导',
  'liaison-cac': '网信办',
  'liaison-police': '公安',
  'responsible-unit': '责任单位',
  observer: '观察员',
  system: '系统',
}

/** Who can be asked to look into something, and the organisations that they come from. */
export const ASKABLE: readonly ClaimActor[] = ['liaison-cac', 'liaison-police', 'responsible-unit']
export const ORGANISATIONS_OF: Readonly<Partial<Record<ClaimActor, string>>> = {
  'liaison-cac': 'cac',
  'liaison-police': 'police',
  'responsible-unit': 'other',
}

/** In the order in which roles stand in the house: who has several acts as the first that may. */
export function listActors(roles: readonly Role[]): ClaimActor[] {
  return Object.entries(ACTORS).flatMap(([role, actor]) => (roles.includes(role as Role) ? [actor] : []))
}

/** As whom somebody brings an event; null when none of their roles may. */
export function chooseActor(roles: readonly Role[], event: ClaimEvent): ClaimActor | null {
  const row = TRANSITIONS.find((one) => one.event === event)
  return listActors(roles).find((actor) => row?.who.includes(actor)) ?? null
}

/** As whom somebody lets an answer out: a duty officer alone only what was prepared and signed by all in peacetime. */
export function choosePublisher(
  roles: readonly Role[],
  { risk, text }: Pick<Claim, 'risk' | 'text'>,
): ClaimActor | null {
  const actors = listActors(roles)
  const isPrepared = risk === 1 && text?.isFamilyTemplate === true
  const order: readonly ClaimActor[] = isPrepared ? ['publicity', 'lead', 'duty'] : ['publicity', 'lead']
  return order.find((actor) => actors.includes(actor)) ?? null
}

/** As whom somebody signs a scope. */
export function chooseSigner(roles: readonly Role[], scope: SignScope): ClaimActor | null {
  return listActors(roles).find((actor) => WHO_SIGNS[scope].includes(actor)) ?? null
}

/** Rows of the table that these roles may take in a state. */
export function listTransitions(roles: readonly Role[], state: ClaimState): Transition[] {
  return TRANSITIONS.filter(({ from, event }) => from.includes(state) && chooseActor(roles, event) !== null)
}
