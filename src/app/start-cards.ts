// In: the bureau's pages, the card templates and fonts. Out: the list of pictures that are due, at work.
// Must not stop a start: a bureau without pictures still speaks.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { TrafficClass } from '../core/quake-report.ts'
import { readCoverage } from '../core/rendering/font-coverage.ts'
import { createCards } from '../web/public/card.ts'
import type { SiteIdentity } from '../web/public/pages/frame.ts'
import type { Wording } from '../web/public/wording.ts'
import { openPainter, type Painter } from './card-painter.ts'
import { openCards, type Cards, type CardsContext } from './cards.ts'
import { loadTemplates } from './templates.ts'

const FAMILY = 'Quakedesk Sans SC'
const FONT_FILES = ['Regular', 'Bold'].map((weight) =>
  fileURLToPath(new URL(`../../templates/card/${FAMILY.replaceAll(' ', '')}-${weight}.otf`, import.meta.url)),
)

interface House extends Pick<CardsContext, 'db' | 'now' | 'log'> {
  identity: SiteIdentity
  wording: Wording
  alarm: (kind: string, subject: string, message: string, lane: TrafficClass) => Promise<void>
  clear: (kind: string, subject: string) => Promise<void>
}

const KIND = 'card'

/** Nothing is due, ever. */
const IDLE: Cards = {
  changed: () => undefined,
  catchUp: () => undefined,
  settled: async () => undefined,
  stop: async () => undefined,
}

/**
 * @param painter left out: a thread of its own; null: no pictures
 * @throws when a card template has faults or a font cannot be read
 */
export async function startCards(house: House, painter?: Painter | null): Promise<Cards> {
  if (painter === null) return IDLE
  const { db, now, log, identity, wording } = house
  const [first, ...others] = await Promise.all(FONT_FILES.map(async (file) => readCoverage(await readFile(file))))
  // A character must be there in every weight.
  const covered = new Set([...(first ?? [])].filter((code) => others.every((other) => other.has(code))))
  const maker = createCards(await loadTemplates('card'), identity, wording, covered)
  return openCards({
    db,
    now,
    log,
    maker,
    alarm: (subject, message, lane) => house.alarm(KIND, subject, message, lane),
    clear: (subject) => house.clear(KIND, subject),
    painter: painter ?? openPainter({ fontFiles: FONT_FILES, family: FAMILY }),
  })
}
