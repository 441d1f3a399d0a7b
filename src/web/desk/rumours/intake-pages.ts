// In: what was told by telephone, found on patrol, or pasted from a table. Out: forms, and what became of each line.
// Must not say to another organisation which claim its report fell to: only that it was taken, and its receipt.
import { BEIJING_OFFSET, parseWallTime } from '../../../core/instant.ts'
import { MOST_LINES, readPasted } from '../../../rumour/csv.ts'
import { isGuest, type Person } from '../../../rumour/context.ts'
import { MOST_CONTACT, MOST_TEXT, PLATFORMS, takeSighting, type Told } from '../../../rumour/intake.ts'
import { seated } from '../account-routes.ts'
import type { Shown, Visit } from '../door.ts'
import { personOf, type RumourPages } from './pages.ts'
import { ROUTE_NAMES } from './words.ts'

const ROUTES = ['phone', 'patrol', 'agency'] as const
type HandRoute = (typeof ROUTES)[number]

interface Typed extends Record<'text' | 'url' | 'platform' | 'region' | 'seen' | 'contact', string> {
  route: HandRoute
}

const readTyped = (form: URLSearchParams): Typed => {
  const read = (name: string, longest: number): string => (form.get(name) ?? '').slice(0, longest)
  return {
    route: ROUTES.find((route) => route === form.get('route')) ?? 'phone',
    text: read('text', 4 * MOST_TEXT),
    url: read('url', 1_000),
    platform: read('platform', 40),
    region: read('region', 160),
    seen: read('seen', 40),
    contact: read('contact', 4 * MOST_CONTACT),
  }
}

/** Nobody rings up another organisation to tell the bureau. */
const listRoutes = (person: Person): readonly HandRoute[] => (isGuest(person) ? ['agency', 'patrol'] : ROUTES)

export function intakeForm({ frame }: RumourPages, visit: Visit, typed: Typed, refusal: string): Shown {
  const session = seated(visit)
  const routes = listRoutes(personOf(session))
  const view = {
    refusal,
    typed: { ...typed },
    routes: routes.map((value) => ({ value, name: ROUTE_NAMES[value], chosen: value === typed.route })),
    platforms: PLATFORMS.map((name) => ({ name, chosen: name === typed.platform })),
    most: String(MOST_TEXT),
    mostContact: String(MOST_CONTACT),
  }
  const page = frame.page({ template: 'rumour-new', title: '登记线索', session, view })
  return { status: refusal === '' ? 200 : 409, page }
}

export const newForm = (pages: RumourPages, visit: Visit): Shown =>
  intakeForm(pages, visit, readTyped(new URLSearchParams()), '')

export async function takeForm(pages: RumourPages, visit: Visit): Promise<Shown> {
  const { rumours, frame } = pages
  const session = seated(visit)
  const person = personOf(session)
  const { seen, ...typed } = readTyped(visit.form)
  const seenAt = seen === '' ? null : parseWallTime(seen, BEIJING_OFFSET)
  if (seen !== '' && seenAt === null)
    return intakeForm(pages, visit, { ...typed, seen }, '看到的时间写法不对，例如 2026-01-31 08:00')
  // Whatever a form says: what a guest tells comes from their organisation, or from its patrol.
  const route = listRoutes(person).includes(typed.route) ? typed.route : 'agency'
  const told: Told = { ...typed, route, seenAt }
  const taken = await takeSighting(rumours, told, person)
  if (!taken.ok) return intakeForm(pages, visit, { ...typed, seen }, taken.reason)
  const { placed, receipt } = taken
  const claim = placed === null || placed.claimId === null ? '' : placed.claimId
  const isOwn = placed?.how === 'opened'
  const view = {
    receipt,
    shown: taken.sighting.shown,
    claim: isGuest(person) && !isOwn ? '' : claim,
    how: isGuest(person)
      ? ''
      : placed === null || placed.how === 'waiting'
        ? '稍后自动归并'
        : placed.how === 'auto'
          ? '已自动归入在办的传言'
          : placed.how === 'opened'
            ? '已立为一件新传言'
            : taken.sighting.stance === 'ask'
              ? '属提问，已列入“公众提问”，等待答复'
              : '属否认或辟谣信息，不计入传播，请在列表中归入所针对的传言',
  }
  return { page: frame.page({ template: 'rumour-taken', title: '已登记', session, view }) }
}

export function importForm({ frame }: RumourPages, visit: Visit, view: Partial<ImportView> = {}): Shown {
  const whole: ImportView = { refusal: '', text: '', done: '', faults: [], most: String(MOST_LINES), ...view }
  const page = frame.page({ template: 'rumour-import', title: '批量录入', session: seated(visit), view: whole })
  return { status: whole.refusal === '' ? 200 : 409, page }
}

interface ImportView {
  refusal: string
  text: string
  done: string
  faults: { number: string; why: string }[]
  most: string
}

/** Line by line: what is wrong with one keeps no other out. */
export async function takeImport(pages: RumourPages, visit: Visit): Promise<Shown> {
  const text = visit.form.get('rows') ?? ''
  const { lines, faults } = readPasted(text)
  if (lines.length + faults.length === 0) return importForm(pages, visit, { refusal: '请粘贴要录入的内容', text })
  const person = personOf(seated(visit))
  let taken = 0
  for (const { number, ...line } of lines) {
    const done = await takeSighting(pages.rumours, { ...line, route: 'csv', contact: '' }, person)
    if (done.ok) taken += 1
    else faults.push({ number, why: done.reason })
  }
  const refused = faults.toSorted((a, b) => a.number - b.number).slice(0, MOST_LINES)
  return importForm(pages, visit, {
    done: `录入 ${taken} 条${refused.length > 0 ? `，${refused.length} 条未录入` : ''}`,
    faults: refused.map(({ number, why }) => ({ number: String(number), why })),
  })
}
