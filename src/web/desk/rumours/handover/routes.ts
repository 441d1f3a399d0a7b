// In: what people do about evidence, packages, platforms, spreaders and contacts. Out: done, or the page with why not.
// Must not decide whose an act is: the door asks by role, rumour/handover by sight and state.
import { BEIJING_OFFSET, parseWallTime } from '../../../../core/instant.ts'
import { SHOWN, type EvidenceKind } from '../../../../core/rumour/handover/evidence.ts'
import { ACTION_STATES, PLATFORM_ACTIONS, SPREADER_ROLES } from '../../../../core/rumour/handover/platform.ts'
import { refuse, type Person, type Refused } from '../../../../rumour/context.ts'
import { answerContact, askContact, openContact } from '../../../../rumour/handover/contacts.ts'
import { collectEvidence, openEvidence, type Collected } from '../../../../rumour/handover/evidence.ts'
import { answerPackage, buildPackage, openPackage } from '../../../../rumour/handover/package.ts'
import { logPlatform } from '../../../../rumour/handover/platform.ts'
import { receivePackage, tellOutcome } from '../../../../rumour/handover/receipt.ts'
import { nameSpreader } from '../../../../rumour/handover/spreaders.ts'
import { seated } from '../../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../../door.ts'
import { personOf, readNumber } from '../pages.ts'
import { handoverPage, type HandoverPages } from './page.ts'

const BLOCK = 4_000
/** Of a text that is kept as evidence: a form of the desk holds 64 KB, a sign of Chinese takes nine bytes of it. */
const MOST_TEXT = 7_000

export function listHandoverRoutes(pages: HandoverPages): DeskRoute[] {
  const { handover } = pages
  const does = (
    path: string,
    act: DeskRoute['act'],
    work: (id: string, visit: Visit, person: Person) => Promise<{ ok: true } | Refused>,
    more: { file?: true } = {},
  ): DeskRoute => ({
    method: 'POST',
    path: `/rumours/:id/${path}`,
    act,
    ...more,
    handle: async (visit) => {
      const id = visit.params['id'] ?? ''
      const done = await work(id, visit, personOf(seated(visit)))
      return done.ok ? { to: `/desk/rumours/${id}/handover` } : handoverPage(pages, visit, done.reason)
    },
  })
  const opens = (
    path: string,
    act: DeskRoute['act'],
    work: (id: string, visit: Visit, person: Person) => Promise<Shown | Refused>,
  ): DeskRoute => ({
    method: 'POST',
    path: `/rumours/:id/${path}`,
    act,
    handle: async (visit) => {
      const shown = await work(visit.params['id'] ?? '', visit, personOf(seated(visit)))
      return 'ok' in shown ? handoverPage(pages, visit, shown.reason) : shown
    },
  })
  return [
    {
      method: 'GET',
      path: '/rumours/:id/handover',
      act: 'see-handover',
      handle: (visit) => handoverPage(pages, visit, ''),
    },
    does('evidence/file', 'collect-evidence', (id, visit, person) => collect(pages, id, visit, person, 'file'), {
      file: true,
    }),
    does('evidence/text', 'collect-evidence', (id, visit, person) =>
      collect(pages, id, visit, person, visit.form.get('kind') === 'link' ? 'link' : 'text'),
    ),
    // A form and no link: what opens is written down, so nothing opens by looking.
    opens('evidence/:item/open', 'see-handover', async (id, { params }, person) => {
      const opened = await openEvidence(handover, id, params['item'] ?? '', person)
      return opened.ok ? { data: opened.bytes, type: opened.mime, name: opened.name, sealed: true } : opened
    }),
    does('packages', 'build-package', (id, { form }, person) =>
      buildPackage(handover, id, { reason: read(form, 'reason') }, person),
    ),
    does('packages/:package/answer', 'decide-package', (id, { form, params }, person) => {
      const given = { agrees: form.get('do') === 'approve', words: read(form, 'words') }
      return answerPackage(handover, id, params['package'] ?? '', given, person)
    }),
    opens('packages/:package/open', 'hold-package', async (id, { params }, person) => {
      const carried = await openPackage(handover, id, params['package'] ?? '', person)
      return carried.ok ? { data: carried.bytes, type: 'application/x-tar', name: carried.name, sealed: true } : carried
    }),
    does('packages/:package/receipt', 'receive-package', (id, { form, params }, person) =>
      receivePackage(handover, id, params['package'] ?? '', read(form, 'number'), person),
    ),
    does('packages/:package/outcomes', 'tell-outcome', (id, { form, params }, person) => {
      const given = { code: read(form, 'code'), words: read(form, 'words') }
      return tellOutcome(handover, id, params['package'] ?? '', given, person)
    }),
    does('platform', 'log-platform', async (id, { form }, person) => {
      const action = PLATFORM_ACTIONS.find((one) => one === form.get('action'))
      const state = ACTION_STATES.find((one) => one === form.get('state'))
      if (action === undefined || state === undefined) return refuse('action', '请选择处置和结果')
      const [platform, url] = [read(form, 'platform'), read(form, 'url')]
      const given = { platform, url, action, state, receipt: read(form, 'receipt'), words: read(form, 'words') }
      return logPlatform(handover, id, given, person)
    }),
    does('spreaders', 'name-spreader', (id, { form }, person) => {
      const role = SPREADER_ROLES.find((one) => one === form.get('role')) ?? 'unknown'
      const given = { platform: read(form, 'platform'), account: read(form, 'account'), url: read(form, 'url'), role }
      return nameSpreader(handover, id, given, person)
    }),
    does('contacts', 'ask-contact', (id, { form }, person) => {
      const formal = { number: read(form, 'number'), basis: read(form, 'basis'), officer: read(form, 'officer') }
      const given = { sightingId: read(form, 'sighting'), reason: read(form, 'reason'), formal }
      return askContact(handover, id, given, person)
    }),
    does('contacts/:request/answer', 'decide-contact', (id, { form, params }, person) =>
      answerContact(handover, id, readNumber(params['request']), form.get('do') === 'agree', person),
    ),
    opens('contacts/:request/open', 'ask-contact', async (id, visit, person) => {
      const opened = await openContact(handover, id, readNumber(visit.params['request']), person)
      if (!opened.ok) return opened
      const view = { contact: opened.contact, claim: id }
      const page = pages.frame.page({ template: 'contact', title: '反映人联系方式', session: seated(visit), view })
      return { page } satisfies Shown
    }),
  ]
}

const read = (form: URLSearchParams, name: string): string => (form.get(name) ?? '').slice(0, BLOCK)

async function collect(
  { handover }: HandoverPages,
  id: string,
  { form, file }: Visit,
  person: Person,
  kind: EvidenceKind,
): Promise<{ ok: true } | Refused> {
  const [collected, text] = [read(form, 'collected'), (form.get('text') ?? '').slice(0, MOST_TEXT)]
  const collectedAt = collected === '' ? null : parseWallTime(collected, BEIJING_OFFSET)
  if (collected !== '' && collectedAt === null) return refuse('collected', '收存时间写法不对，例如 2026-01-31 08:00')
  const sourceUrl = read(form, 'url').trim()
  if (kind === 'link' && sourceUrl === '') return refuse('url', '请填写网址')
  const original = read(form, 'original')
  const shows = SHOWN.find((one) => one === form.get('shows'))
  if (shows === undefined) return refuse('shows', '请选择是否含个人信息')
  const words = kind === 'link' ? `${sourceUrl}\n\n${text}`.trim() : text.trim()
  const given: Collected = {
    kind,
    bytes: kind === 'file' ? (file ?? new Uint8Array(0)) : Buffer.from(words),
    title: read(form, 'title'),
    shows,
    method: read(form, 'method'),
    tool: read(form, 'tool'),
    collectedAt,
    sourceUrl,
    derivedFrom: original === '' ? null : original,
  }
  return collectEvidence(handover, id, given, person)
}
