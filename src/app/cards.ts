// In: word that a notice's page was built. Out: its pictures in the page table, painted one after the other in another thread.
// Must not be waited for by anything: a missing or late picture delays no text (issue "Public side", E).
import type { Instant } from '../core/instant.ts'
import type { TrafficClass } from '../core/quake-report.ts'
import { findNotice, listLineage, listNotices, type NoticeView } from '../store/notices.ts'
import { DRILL_PATH, findStored, listChangedAt, savePages, type Picture } from '../store/pages.ts'
import type { Queryable } from '../store/pool.ts'
import type { CardMaker } from '../web/public/card.ts'
import type { Painter } from './card-painter.ts'

export interface CardsContext {
  db: Queryable
  maker: CardMaker
  painter: Painter
  now: (lane: TrafficClass) => Instant
  /** A person must know: the picture lacks something, or is lacking. */
  alarm: (subject: string, message: string, lane: TrafficClass) => Promise<void>
  clear: (subject: string) => Promise<void>
  log: { error: (fields: object, message: string) => void }
}

export interface Cards {
  /** By id or short code: its pictures and those of its lineage are looked at again. Returns at once. */
  changed(notice: string): void
  /** Looks for what a stop in between left out: pictures missing, or older than the word that ended their notice. */
  catchUp(): void
  /** Resolves when nothing is due and nothing is being painted. */
  settled(): Promise<void>
  /** Ends at once; what is due is found again at the next start. */
  stop(): Promise<void>
}

/** After the pages (pages-due.ts: 150 ms), and after the burst of outcomes that follows a notice. */
const REST_MS = 400
const AGAIN_MS = 2_000
/** As often as database or painter fail, before a person is told, and what is due waits for the next start. */
const MOST_TRIES = 3
/** How far a start looks back, and how many pictures are remembered as painted. */
const LOOKED_BACK = 30
const REMEMBERED = 500

/** Opens the list of pictures that are due. */
export function openCards(context: CardsContext): Cards {
  const { db, log } = context
  const due = new Map<string, number>()
  /** State by notice: nothing else of it changes its picture, and it is told of each of its deliveries. */
  const painted = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  const halt = Promise.withResolvers<null>()

  const arm = (ms: number): void => {
    if (stopped || timer) return
    timer = setTimeout(() => {
      timer = undefined
      running = running.then(paintDue)
    }, ms)
    timer.unref()
  }
  const paintDue = async (): Promise<void> => {
    const batch = [...due]
    due.clear()
    for (const [name, tries] of batch) {
      if (stopped) return
      try {
        const notice = await findNotice(db, name)
        for (const each of notice ? await listLineage(db, notice.serial) : []) await paintNotice(each, tries)
      } catch (error) {
        log.error({ err: error, notice: name }, 'picture not made')
        if (tries < MOST_TRIES) due.set(name, tries + 1)
      }
    }
    if (due.size > 0) arm(AGAIN_MS)
  }
  const paintNotice = async (notice: NoticeView, tries: number): Promise<void> => {
    if (painted.get(notice.id) === notice.state) return
    const below = notice.class === 'drill' ? DRILL_PATH : ''
    // A picture without its page would say what the page does not.
    if ((await findStored(db, [`${below}/n/${notice.code}`])).size === 0) return
    const faults: string[] = []
    for (const { path, svg, missing } of context.maker.draw(notice)) {
      if (missing.length > 0)
        faults.push(`字库没有“${missing.join('')}”，${svg === null ? '未出图' : '已改用不含标题和地名的图'}（${path}）`)
      if (svg === null) continue
      const reply = await Promise.race([context.painter.paint(svg), halt.promise])
      if (reply === null) return
      // A machine busy with a surge is given another moment before a person is rung.
      if (!reply.ok && tries < MOST_TRIES) throw new Error(reply.reason)
      if (!reply.ok) {
        faults.push(`未能出图（${path}）：${reply.reason}`)
        continue
      }
      const page: Picture = { path: `${below}${path}`, contentType: 'image/png', status: 200, body: reply.png }
      await savePages(db, [page], context.now(notice.class))
    }
    if (painted.size >= REMEMBERED) painted.clear()
    painted.set(notice.id, notice.state)
    // Another node may have painted a withdrawal meanwhile, and this picture be laid over it.
    if ((await findNotice(db, notice.id))?.state !== notice.state) due.set(notice.id, 0)
    const about = `公告 ${notice.serial} 第${notice.report}报的图片`
    if (faults.length > 0) await context.alarm(notice.code, `${about}：${faults.join('；')}`, notice.class)
    else await context.clear(notice.code)
  }
  const lookBack = async (): Promise<void> => {
    try {
      const notices = await listNotices(db, { class: 'actual', limit: LOOKED_BACK, onSite: [] })
      const stored = await listChangedAt(
        db,
        notices.map(({ code }) => `/n/${code}.png`),
      )
      for (const { code, lineage, state } of notices) {
        const at = stored.get(`/n/${code}.png`)
        const last = Math.max(...notices.filter((each) => each.lineage === lineage).map(({ issuedAt }) => issuedAt))
        if (at === undefined || (state !== 'current' && at < last)) due.set(code, 0)
      }
      if (due.size > 0) arm(REST_MS)
    } catch (error) {
      log.error({ err: error }, 'missing pictures not looked for')
    }
  }
  return {
    changed: (notice) => {
      due.set(notice, 0)
      arm(REST_MS)
    },
    catchUp: () => {
      running = running.then(lookBack)
    },
    settled: async () => {
      for (;;) {
        await running
        if (stopped || (due.size === 0 && timer === undefined)) return
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: async () => {
      stopped = true
      halt.resolve(null)
      clearTimeout(timer)
      await context.painter.stop()
      await running
    },
  }
}
