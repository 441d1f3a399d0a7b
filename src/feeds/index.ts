// In: the format word of a feed or door in quakedesk.yaml. Out: its parser. A new format is one file and one line here.
// Must not fetch, and must not choose by looking at the payload: the configuration says which format a source speaks.
import type { ParseFeed, ParseFeedLater } from '../core/quake-report.ts'
import { parseCap } from './cap.ts'
import { parseCeic } from './ceic.ts'
import { parseCencWeb } from './cenc-web.ts'
import { parseEmscWs } from './emsc-ws.ts'
import { parseEmsc } from './emsc.ts'
import { parseFan } from './fan.ts'
import { parseFdsnText } from './fdsn-text.ts'
import { parseGeonet } from './geonet.ts'
import { parseJma } from './jma.ts'
import { parseP2pquake } from './p2pquake.ts'
import { parseQuakeml } from './quakeml.ts'
import { parseRss } from './rss.ts'
import { parseScml } from './scml.ts'
import { parseUsgs } from './usgs.ts'
import { parseWolfx } from './wolfx.ts'

/** Every format by its word in the configuration (DESIGN §5). */
export const FORMATS = {
  ceic: parseCeic,
  'cenc-web': parseCencWeb,
  fan: parseFan,
  wolfx: parseWolfx,
  usgs: parseUsgs,
  emsc: parseEmsc,
  'emsc-ws': parseEmscWs,
  geonet: parseGeonet,
  p2pquake: parseP2pquake,
  'fdsn-text': parseFdsnText,
  quakeml: parseQuakeml,
  scml: parseScml,
  jma: parseJma,
  rss: (text) => parseRss(text),
  cap: parseCap,
} as const satisfies Record<string, ParseFeed | ParseFeedLater>

/** A format word that the configuration may name. */
export type FeedFormat = keyof typeof FORMATS
