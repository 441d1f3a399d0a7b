// In: ids of things on record. Out: every page of the desk with its address and who opens it: axe-core looks at each, the bench times
// each. A GET route without a row here fails test/web/desk/matrix.test.ts.

/** Who opens a page: roles with a whole session, somebody between password and code, or nobody. */
export type Seat = 'lead' | 'security-admin' | 'at-code' | 'at-enrol' | 'nobody'

export interface DeskIds {
  hold: string
  quake: string
  /** A current notice. */
  notice: string
  person: string
  /** An outlet of the YAML. */
  outlet: string
  /** A version of the templates. */
  version: string
  /** A post that somebody asks to have taken down. */
  removal: string
  /** A drill that is planned. */
  drill: string
  /** A payload as it came. */
  raw: string
  draft: string
  /** A claim under way. */
  claim: string
  /** A question that waits for its answer. */
  question: string
  /** A sighting with a picture. */
  pictured: string
  /** A claim of the lowest risk that the prepared answer fits. */
  smallClaim: string
  /** An answer that all agencies have signed. */
  prepared: string
  /** Of that draft: the hash of a file. */
  attachment: string
  /** Token of a link that is good. */
  link: string
}

export interface DeskPage {
  seat: Seat
  /** Below /desk. */
  at: (ids: DeskIds) => string
  /** part: what an open page fetches of itself; data: a file. */
  looks: 'page' | 'part' | 'data'
}

const page = (seat: Seat, at: DeskPage['at']): DeskPage => ({ seat, at, looks: 'page' })
const part = (seat: Seat, at: DeskPage['at']): DeskPage => ({ seat, at, looks: 'part' })
const data = (seat: Seat, at: DeskPage['at']): DeskPage => ({ seat, at, looks: 'data' })

/** By the path of the route. */
export const DESK_PAGES: Readonly<Record<string, DeskPage>> = {
  '/sign-in': page('nobody', () => '/sign-in'),
  '/invitation/:token': page('nobody', ({ link }) => `/invitation/${link}`),
  '/code': page('at-code', () => '/code'),
  '/enrol': page('at-enrol', () => '/enrol'),
  '/account': page('lead', () => '/account'),
  '/people': page('security-admin', () => '/people'),
  '/people/:id': page('security-admin', ({ person }) => `/people/${person}`),
  '': page('lead', () => ''),
  '/parts/board': part('lead', () => '/parts/board'),
  '/holds/:id': page('lead', ({ hold }) => `/holds/${hold}`),
  '/quakes/:id': page('lead', ({ quake }) => `/quakes/${quake}`),
  '/parts/quakes/:id': part('lead', ({ quake }) => `/parts/quakes/${quake}`),
  '/notices/:id/withdraw': page('lead', ({ notice }) => `/notices/${notice}/withdraw`),
  '/notices/:id/progress': page('lead', ({ notice }) => `/notices/${notice}/progress`),
  '/parts/notices/:id/progress': part('lead', ({ notice }) => `/parts/notices/${notice}/progress`),
  '/removals/:id': page('lead', ({ removal }) => `/removals/${removal}`),
  '/drafts': page('lead', () => '/drafts'),
  '/drafts/new': page('lead', () => '/drafts/new?kind=bulletin'),
  '/drafts/:id': page('lead', ({ draft }) => `/drafts/${draft}`),
  '/drafts/:id/edit': page('lead', ({ draft }) => `/drafts/${draft}/edit`),
  '/drafts/:id/attachments/:file': data(
    'lead',
    ({ draft, attachment }) => `/drafts/${draft}/attachments/${attachment}`,
  ),
  '/rumours': page('lead', () => '/rumours'),
  '/parts/rumours': part('lead', () => '/parts/rumours'),
  '/rumours/new': page('lead', () => '/rumours/new'),
  '/rumours/import': page('lead', () => '/rumours/import'),
  '/questions': page('lead', () => '/questions'),
  '/parts/questions': part('lead', () => '/parts/questions'),
  '/questions/:id': page('lead', ({ question }) => `/questions/${question}`),
  '/senders': page('lead', () => '/senders'),
  '/sightings/:id/picture': data('lead', ({ pictured }) => `/sightings/${pictured}/picture`),
  '/rumours/:id': page('lead', ({ claim }) => `/rumours/${claim}`),
  '/forecasts': page('lead', () => '/forecasts'),
  '/facts': page('lead', () => '/facts'),
  '/quakes/:id/facts': page('lead', ({ quake }) => `/quakes/${quake}/facts`),
  '/rumours/:id/handover': page('lead', ({ claim }) => `/rumours/${claim}/handover`),
  '/agencies': page('lead', () => '/agencies'),
  '/rumours/prepared': page('lead', () => '/rumours/prepared'),
  '/rumours/prepared/:answer': page('lead', ({ prepared }) => `/rumours/prepared/${prepared}`),
  '/rumours/:id/prepared/:answer': page(
    'lead',
    ({ smallClaim, prepared }) => `/rumours/${smallClaim}/prepared/${prepared}`,
  ),
  '/rumours/monthly': page('lead', () => '/rumours/monthly'),
  '/rumours/monthly.csv': data('lead', () => '/rumours/monthly.csv'),
  '/roster': page('lead', () => '/roster'),
  '/channels': page('lead', () => '/channels'),
  '/channels/:id': page('lead', ({ outlet }) => `/channels/${outlet}`),
  '/cards': page('lead', () => '/cards'),
  '/templates': page('lead', () => '/templates'),
  '/templates/files/:name': page('lead', () => '/templates/files/quick-report.liquid'),
  '/templates/versions/:id': page('lead', ({ version }) => `/templates/versions/${version}`),
  '/drills': page('lead', () => '/drills'),
  '/drills/:id': page('lead', ({ drill }) => `/drills/${drill}`),
  '/parts/drills/:id': part('lead', ({ drill }) => `/parts/drills/${drill}`),
  '/drills/:id/report.json': data('lead', ({ drill }) => `/drills/${drill}/report.json`),
  '/drills/:id/report.csv': data('lead', ({ drill }) => `/drills/${drill}/report.csv`),
  '/dossiers': page('lead', () => '/dossiers'),
  '/quakes/:id/dossier': page('lead', ({ quake }) => `/quakes/${quake}/dossier`),
  '/quakes/:id/dossier.json': data('lead', ({ quake }) => `/quakes/${quake}/dossier.json`),
  '/raw/:id': data('lead', ({ raw }) => `/raw/${raw}`),
  '/journal': page('lead', () => '/journal'),
  '/journal.csv': data('lead', () => '/journal.csv'),
  '/journal.json': data('lead', () => '/journal.json'),
}
