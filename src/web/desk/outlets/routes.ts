// In: what a system administrator asks for, a lead decides, anybody of the bureau looks at. Out: the channels and each one's page.
// Must not show a credential again, nor send one back to the browser that entered it.
import { ENTRY_STEPS } from '../../../core/channel-register.ts'
import type { Inspection } from '../../../core/channel.ts'
import { BEIJING_OFFSET, parseWallTime, type Instant } from '../../../core/instant.ts'
import { mayDo } from '../../../core/people/roles.ts'
import type { TrafficClass } from '../../../core/quake-report.ts'
import { stepRegister, type Asked, type RegisterContext } from '../../../people/channel-register.ts'
import type { Session } from '../../../people/sessions.ts'
import type { Outlet } from '../../../publish/outlets.ts'
import type { Picture } from '../../../publish/picture.ts'
import { findEntry, listEntries, listInherited, listSteps } from '../../../store/channel-register.ts'
import { listCredentials } from '../../../store/credentials.ts'
import { readStandings, type OutletStanding } from '../../../store/outlet-standing.ts'
import { nameAccounts } from '../../../store/people/accounts.ts'
import { seated } from '../account-routes.ts'
import { KIND_NAMES } from '../board/words.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import type { DeskFrame } from '../frame.ts'
import { refused } from '../refused.ts'
import {
  listCredentialRows,
  listForms,
  listLimits,
  nameChannel,
  viewEntry,
  viewRow,
  viewStep,
  type Known,
} from './view.ts'
import { writeDay } from './words.ts'

export interface Rehearsal {
  samples: { kind: keyof typeof KIND_NAMES; leg: string; made: Record<string, string> | string }[]
  /** What the platform said of the credential; null where it cannot be asked. */
  credential: Inspection | null
}

export interface ChannelPages {
  frame: DeskFrame
  register: RegisterContext
  outlets: readonly Outlet[]
  picture: () => Pick<Picture, 'killedAll' | 'killedOutlets'>
  clock: (lane: TrafficClass) => Instant
  listEnterable: (outlet: string) => Known['enterable']
  enter: (
    given: { outlet: string; name: string; text: string; endsAt: Instant | null },
    by: string,
  ) => Promise<string | null>
  forget: (outlet: string, name: string, by: string) => Promise<string | null>
  rehearse: (outlet: Outlet, by: string) => Promise<Rehearsal>
  /** The register has moved: what this node plans from now on goes by it. */
  changed: () => Promise<void>
}

const NONE: OutletStanding = { lastAcceptedAt: null, isSilent: false, limits: [] }
const LONGEST_CREDENTIAL = 4_096

/** The routes of the channels. */
export function listChannelRoutes(pages: ChannelPages): DeskRoute[] {
  const post = (
    path: string,
    act: DeskRoute['act'],
    handle: (visit: Visit, outlet: Outlet) => Promise<Shown>,
  ): DeskRoute => ({
    method: 'POST',
    path,
    act,
    handle: (visit) => withOutlet(pages, visit, (outlet) => handle(visit, outlet)),
  })
  return [
    { method: 'GET', path: '/channels', act: 'see-outlets', handle: (visit) => listPage(pages, seated(visit)) },
    {
      method: 'GET',
      path: '/channels/:id',
      act: 'see-outlets',
      handle: (visit) => withOutlet(pages, visit, (outlet) => channelPage(pages, seated(visit), outlet, {})),
    },
    post('/channels/:id/register', 'manage-outlets', (visit, outlet) => step(pages, visit, outlet, false)),
    post('/channels/:id/approval', 'approve-outlet', (visit, outlet) => step(pages, visit, outlet, true)),
    post('/channels/:id/credentials', 'manage-outlets', (visit, outlet) => enter(pages, visit, outlet)),
    post('/channels/:id/credentials/remove', 'manage-outlets', async ({ session, form }, outlet) => {
      const mine = seated({ session })
      const reason = await pages.forget(outlet.id, form.get('name') ?? '', mine.accountId)
      return reason === null ? back(outlet) : channelPage(pages, mine, outlet, { reason })
    }),
    post('/channels/:id/rehearse', 'manage-outlets', async ({ session }, outlet) => {
      const mine = seated({ session })
      return channelPage(pages, mine, outlet, { rehearsal: await pages.rehearse(outlet, mine.accountId) })
    }),
  ]
}

const back = ({ id }: Outlet): Shown => ({ to: `/desk/channels/${id}` })

async function withOutlet(pages: ChannelPages, visit: Visit, act: (outlet: Outlet) => Promise<Shown>): Promise<Shown> {
  const outlet = pages.outlets.find(({ id }) => id === visit.params['id'])
  if (outlet) return act(outlet)
  return refused(pages, visit.session, 404, '没有这个渠道', '/desk/channels', '没有这个渠道')
}

async function step(pages: ChannelPages, visit: Visit, outlet: Outlet, decides: boolean): Promise<Shown> {
  const session = seated(visit)
  const read = (name: string): string => (visit.form.get(name) ?? '').slice(0, 1_000)
  const asked: Asked = {
    accountName: read('accountName'),
    responsible: read('responsible'),
    purpose: read('purpose'),
    number: read('number'),
    words: read('words'),
  }
  const wanted = ENTRY_STEPS.find((one) => one === visit.form.get('step'))
  if (wanted === undefined || (wanted === 'approve' || wanted === 'turn-down') !== decides)
    return channelPage(pages, session, outlet, { reason: '没有这项办理', given: asked })
  if (outlet.class !== 'actual' || outlet.channel.account === undefined)
    return channelPage(pages, session, outlet, { reason: '这个渠道不属平台账号，无需登记' })
  const done = await stepRegister(pages.register, outlet.id, wanted, asked, session.accountId)
  if (!done.ok) return channelPage(pages, session, outlet, { reason: done.reason, given: asked })
  await pages.changed()
  return back(outlet)
}

async function enter(pages: ChannelPages, visit: Visit, outlet: Outlet): Promise<Shown> {
  const session = seated(visit)
  const refuse = (reason: string): Promise<Shown> => channelPage(pages, session, outlet, { reason })
  const text = (visit.form.get('value') ?? '').trim()
  const until = (visit.form.get('until') ?? '').trim()
  if (text === '' || text.length > LONGEST_CREDENTIAL) return refuse('请填写凭据')
  const endsAt = until === '' ? null : parseWallTime(`${until} 23:59`, BEIJING_OFFSET)
  if (until !== '' && endsAt === null) return refuse('到期日请按 2026-01-31 的样式填写')
  if (endsAt !== null && endsAt <= pages.register.now()) return refuse('到期日已过')
  const given = { outlet: outlet.id, name: visit.form.get('name') ?? '', text, endsAt }
  const reason = await pages.enter(given, session.accountId)
  return reason === null ? back(outlet) : refuse(reason)
}

async function gather(pages: ChannelPages, outlets: readonly Outlet[]): Promise<Known[]> {
  const { pool } = pages.register
  const [entries, inherited, credentials, standings] = await Promise.all([
    listEntries(pool),
    listInherited(pool),
    listCredentials(pool),
    readStandings(
      pool,
      outlets.map(({ id, channel, class: lane }) => ({ id, limits: channel.limits, now: pages.clock(lane) })),
    ),
  ])
  const { killedOutlets, killedAll } = pages.picture()
  return outlets.map((outlet) => ({
    outlet,
    entry: entries.find((entry) => entry.outlet === outlet.id) ?? null,
    inherited: inherited.includes(outlet.id) && outlet.needsEntry === true,
    stopped: killedAll || killedOutlets.has(outlet.id),
    credentials: credentials.filter((one) => one.outlet === outlet.id),
    enterable: pages.listEnterable(outlet.id),
    standing: standings.get(outlet.id) ?? NONE,
  }))
}

async function listPage(pages: ChannelPages, session: Session): Promise<Shown> {
  const now = pages.register.now()
  const rows = (await gather(pages, pages.outlets)).map((known) => viewRow(known, now))
  const view = { channels: rows.filter(({ drill }) => !drill), drills: rows.filter(({ drill }) => drill) }
  return { page: pages.frame.page({ template: 'channels', title: '渠道', session, view }) }
}

interface Given {
  reason?: string
  given?: Asked
  rehearsal?: Rehearsal
}

async function channelPage(pages: ChannelPages, session: Session, outlet: Outlet, more: Given): Promise<Shown> {
  const { pool } = pages.register
  const [known] = await gather(pages, [outlet])
  if (!known) throw new Error(`${outlet.id} is not known`)
  const entry = await findEntry(pool, outlet.id)
  const steps = await listSteps(pool, outlet.id)
  const ids = [...steps.map(({ account }) => account), ...known.credentials.map(({ setBy }) => setBy)]
  if (entry) ids.push(entry.askedBy, ...(entry.approvedBy === null ? [] : [entry.approvedBy]))
  const names = await nameAccounts(pool, [...new Set(ids)])
  const name = (account: string): string => names.get(account) ?? account
  const may = { manages: mayDo(session.roles, 'manage-outlets'), approves: mayDo(session.roles, 'approve-outlet') }
  const standing = entry?.proposed ?? entry
  const isAccount = outlet.class === 'actual' && outlet.channel.account !== undefined
  const view = {
    reason: more.reason ?? '',
    channel: viewRow(known, pages.register.now()),
    may,
    isAccount,
    limits: listLimits(known),
    entries: entry === null ? [] : [viewEntry(entry, name)],
    steps: steps.map((one) => viewStep(one, name)),
    forms: isAccount ? listForms(entry?.state ?? null, may) : [],
    given: {
      accountName: more.given?.accountName ?? standing?.accountName ?? '',
      responsible: more.given?.responsible ?? standing?.responsible ?? '',
      purpose: more.given?.purpose ?? standing?.purpose ?? '',
    },
    credentials: listCredentialRows(known, name),
    rehearsals: more.rehearsal === undefined ? [] : [viewRehearsal(more.rehearsal)],
  }
  const page = pages.frame.page({
    template: 'channel',
    title: nameChannel(outlet),
    session,
    view,
    drill: outlet.class === 'drill',
  })
  return { page, status: view.reason === '' ? 200 : 409 }
}

function viewRehearsal({ samples, credential }: Rehearsal): object {
  const several = new Set(samples.map(({ leg }) => leg)).size > 1
  return {
    credential: describeInspection(credential),
    fits: samples.every(({ made }) => typeof made !== 'string'),
    samples: samples.map(({ kind, leg, made }) => ({
      title: several ? `${KIND_NAMES[kind]} · ${leg}` : KIND_NAMES[kind],
      wrong: typeof made === 'string' ? made : '',
      parts:
        typeof made === 'string'
          ? []
          : Object.entries(made).map(([key, text]) => ({ key, text, length: String(Array.from(text).length) })),
    })),
  }
}

function describeInspection(said: Inspection | null): string {
  if (said === null) return '这个渠道没有不留痕迹的凭据查询，未向平台查询。'
  if (said.state === 'unclear') return `平台没有说明凭据状态：${said.reason}`
  const until = said.until === null ? '' : `，${writeDay(said.until)}到期`
  return said.state === 'well' ? `平台确认凭据有效${until}。` : `凭据需要处理${until}：${said.reason}`
}
