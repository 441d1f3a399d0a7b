// In: a notice whose CAP message is due, the sender. Out: the message on record and stored for the public process.
// Must not publish a second one for a notice, nor go on from a chain that another node has lengthened meanwhile.
import type { PublishedAlert } from '../../../core/channel.ts'
import { checkAlert } from '../../../core/cap/alert.ts'
import { composeAlert } from '../../../core/cap/compose.ts'
import { writeAlert } from '../../../core/cap/write.ts'
import { parseZonedTime, type Instant } from '../../../core/instant.ts'
import { findAlert, listChain, saveAlert, type StoredAlert } from '../../../store/cap-alerts.ts'
import { findNotice, type NoticeView } from '../../../store/notices.ts'
import { DRILL_PATH, findStored, savePages, type Page } from '../../../store/pages.ts'
import type { Queryable } from '../../../store/pool.ts'
import type { SiteIdentity } from '../pages/frame.ts'

export interface CapPublishing {
  /** Idempotent: what is on record is stored again, in the same bytes. @throws on database trouble */
  publish(noticeId: string, outlet: string, sender: string): Promise<PublishedAlert>
  /** null unless the message can be fetched. */
  find(noticeId: string, outlet: string): Promise<PublishedAlert | null>
}

const CAP_TYPE = 'application/cap+xml; charset=utf-8'
/** Nodes that lengthen one chain at once; each look finds at least one message more. */
const LOOKS = 4

/** Where a notice's message is served. */
export function alertPath(noticeId: string): string {
  return `/cap/${noticeId}.xml`
}

/** Opens the writer of CAP messages. */
export function openCapPublishing(db: Queryable, site: SiteIdentity, now: () => Instant): CapPublishing {
  const store = async (alert: StoredAlert): Promise<PublishedAlert> => {
    await savePages(db, [pageOf(alert)], now())
    return told(alert, site)
  }
  return {
    publish: async (noticeId, outlet, sender) => {
      const notice = await findNotice(db, noticeId)
      if (!notice) throw new Error(`no notice ${noticeId}`)
      for (let look = 0; look < LOOKS; look += 1) {
        const chain = await listChain(db, notice.lineage)
        const there = chain.find((each) => each.noticeId === noticeId)
        if (there) return there.outlet === outlet ? store(there) : { ok: false, rule: 'cap-other-outlet' }
        const made = compose(notice, chain, { outlet, sender, site })
        if ('rule' in made) return made
        if (await saveAlert(db, made)) return store(made)
      }
      return { ok: false, rule: 'cap-chain-busy' }
    },
    find: async (noticeId, outlet) => {
      const alert = await findAlert(db, noticeId)
      if (!alert || alert.outlet !== outlet) return null
      const { path } = pageOf(alert)
      return (await findStored(db, [path])).has(path) ? told(alert, site) : null
    },
  }
}

function compose(
  notice: NoticeView,
  chain: readonly StoredAlert[],
  { outlet, sender, site }: { outlet: string; sender: string; site: SiteIdentity },
): StoredAlert | { ok: false; rule: string } {
  // A newer report was published before this one got through: said now, it would be taken for the newer.
  if (chain.some((each) => each.report > notice.report)) return { ok: false, rule: 'cap-replaced' }
  const composed = composeAlert(
    { id: notice.id, quake: notice.quake ?? '', facts: notice.facts, title: notice.title, text: notice.text },
    {
      sender,
      chain: chain.map(({ sender: by, identifier, sent }) => ({ sender: by, identifier, sent })),
      demonstration: site.demonstration,
      places: site.places,
      attenuation: site.attenuation,
    },
  )
  if (!composed.ok) return composed
  const { alert } = composed
  const [broken] = checkAlert(alert)
  if (broken !== undefined) return { ok: false, rule: broken }
  return {
    noticeId: notice.id,
    class: notice.class,
    outlet,
    lineage: notice.lineage,
    position: chain.length + 1,
    report: notice.report,
    identifier: alert.identifier,
    sender: alert.sender,
    sent: alert.sent,
    msgType: alert.msgType,
    headline: alert.info.headline,
    sentAt: Math.max(notice.issuedAt, parseZonedTime(alert.sent) ?? notice.issuedAt),
    body: writeAlert(alert),
  }
}

/** A drill's messages stand where the public process never looks (DESIGN L4). */
function pageOf(alert: StoredAlert): Page {
  const path = alertPath(alert.noticeId)
  return {
    path: alert.class === 'drill' ? `${DRILL_PATH}${path}` : path,
    contentType: CAP_TYPE,
    status: 200,
    body: alert.body,
  }
}

function told({ sender, identifier, sent, noticeId }: StoredAlert, site: SiteIdentity): PublishedAlert {
  return { ok: true, ref: `${sender},${identifier},${sent}`, url: `${site.publicUrl}${alertPath(noticeId)}` }
}
