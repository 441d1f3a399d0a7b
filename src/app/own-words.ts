// In: the configuration and the templates. Out: one sentence for each way in which this bureau could not speak.
// Must not wait for the quake: a name that no notice may hold is told when the program starts, not at 03:00.
import { BadConfig, type Config, type OutletConfig } from '../config.ts'
import {
  NOTICE_KINDS,
  WITHDRAWAL_REASONS,
  type NoticeFacts,
  type RenderedNotice,
  type SpokenOrigin,
} from '../core/notice.ts'
import { RenderFailure } from '../core/rendering/engine.ts'
import { findForbidden } from '../core/rendering/word-guard.ts'
import type { Renderer } from '../core/rendering/renderer.ts'

interface OwnNames {
  name: string
  shortName: string
  serialPrefix: string
  publicUrl: string
  home: string
}

/** Names that every template takes: what fails with them has another cause. */
const PLAIN: OwnNames = {
  name: '甲市地震局',
  shortName: '甲市地震',
  serialPrefix: '甲震信',
  publicUrl: 'https://example.gov.cn',
  home: '甲市',
}
const KEYS: Readonly<Record<keyof OwnNames, string>> = {
  name: 'bureau.name',
  shortName: 'bureau.shortName',
  serialPrefix: 'bureau.serialPrefix',
  publicUrl: 'bureau.publicUrl',
  home: 'bureau.home.name',
}
/** 2026-01-31 12:30 in Beijing: two figures wherever a time has two. */
const AT = Date.UTC(2026, 0, 31, 4, 30)
/** A bureau writes hundreds of serials a year at most. */
const NUMBER = 999

/** What a person should look at before the first quake: an outlet that takes no text, a name that reads as a blank. */
export interface Doubt {
  /** Outlet id, or key of the configuration. */
  id: string
  class: OutletConfig['class']
  /** One sentence in Chinese, as the duty group reads alarms. */
  why: string
}

/**
 * Makes every kind of notice with the bureau's own names, for each of its outlets.
 * @returns what is for an alarm, because the rest speaks all the same: outlets that could not carry one of them, and names
 *   that look as if nobody had filled them in (a placeholder is embarrassing; silence in an earthquake is worse)
 * @throws BadConfig with a sentence for every name that no notice may hold
 */
export function rehearseWords(config: Config, renderer: Renderer): Doubt[] {
  const lanes = [...new Set(['actual' as const, ...config.outlets.map((outlet) => outlet.class)])]
  const { name, shortName, serialPrefix, publicUrl, home } = config.bureau
  const own: OwnNames = { name, shortName, serialPrefix, publicUrl, home: home.name }
  const made = makeAll(own, lanes, renderer)
  if (!(made instanceof RenderFailure)) return [...findBlanks(own), ...findUnfit(made, config.outlets)]
  const faults = (Object.keys(KEYS) as (keyof OwnNames)[]).flatMap((key) => {
    const failure = makeAll({ ...PLAIN, [key]: own[key] }, lanes, renderer)
    if (!(failure instanceof RenderFailure)) return []
    return [`${KEYS[key]} = ${JSON.stringify(own[key])}: ${describe(failure)}`]
  })
  throw new BadConfig(faults.length > 0 ? faults : [`bureau: ${describe(made)}`])
}

interface Made {
  facts: NoticeFacts
  texts: RenderedNotice
}

/** Every kind of notice in every lane, or the first failure. */
function makeAll(own: OwnNames, lanes: readonly NoticeFacts['class'][], renderer: Renderer): Made[] | RenderFailure {
  try {
    return lanes.flatMap((lane) => listFacts(own, lane)).map((facts) => ({ facts, texts: renderer.render(facts) }))
  } catch (error) {
    if (error instanceof RenderFailure) return error
    throw error
  }
}

function findBlanks(own: OwnNames): Doubt[] {
  return (Object.keys(KEYS) as (keyof OwnNames)[]).flatMap((key) => {
    if (key === 'publicUrl' || !isBlank(own[key])) return []
    return [{ id: KEYS[key], class: 'actual', why: `“${own[key]}”像是没有填写的空白，公告将照此署名` }]
  })
}

function isBlank(name: string): boolean {
  return findForbidden(name).some(({ rule }) => rule === 'hole')
}

/** The first notice of each outlet that it could not carry. */
function findUnfit(made: readonly Made[], outlets: readonly OutletConfig[]): Doubt[] {
  return outlets.flatMap(({ id, channel, config, class: lane }) => {
    for (const { facts, texts } of made.filter((one) => one.facts.class === lane)) {
      for (const leg of channel.legs(config, facts.kind)) {
        const composed = channel.compose(texts, facts, config, leg)
        if (!composed.ok) return [{ id, class: lane, why: `${id} 发不出 ${facts.kind}：${composed.reason}` }]
      }
    }
    return []
  })
}

/** A notice as one outlet would carry it. */
export interface Sample {
  kind: NoticeFacts['kind']
  leg: string
  /** What would be sent, by the channel's own keys; or why nothing that fits could be made. */
  made: Record<string, string> | string
}

/** Every kind of notice as this outlet would carry it, with the bureau's own names; nothing leaves the house. */
export function composeSamples(
  { bureau: { name, shortName, serialPrefix, publicUrl, home } }: Pick<Config, 'bureau'>,
  renderer: Renderer,
  { channel, config, class: lane }: Pick<OutletConfig, 'channel' | 'config' | 'class'>,
): Sample[] {
  const made = makeAll({ name, shortName, serialPrefix, publicUrl, home: home.name }, [lane], renderer)
  if (made instanceof RenderFailure) throw made
  return made
    .filter(({ facts }) => facts.withdrawal === null || facts.withdrawal === 'sent-in-error')
    .flatMap(({ facts, texts }) =>
      channel.legs(config, facts.kind).map((leg): Sample => {
        const composed = channel.compose(texts, facts, config, leg)
        return { kind: facts.kind, leg, made: composed.ok ? composed.content : composed.reason }
      }),
    )
}

function describe({ hole, template }: RenderFailure): string {
  return `no notice can be made with it: ${hole} (${template})`
}

function listFacts(own: OwnNames, lane: NoticeFacts['class']): NoticeFacts[] {
  const serial = `${own.serialPrefix}${lane === 'drill' ? '演' : ''}〔2026〕${NUMBER}号`
  const origin = (automatic: boolean, magnitude: number): SpokenOrigin => ({
    originTime: AT,
    latitude: 31.98,
    longitude: 117.6,
    depthKm: 12,
    magnitude,
    kind: 'earthquake',
    place: '安徽马鞍山市和县',
    sourceCode: automatic ? 'AU' : 'CC',
    automatic,
    domestic: true,
  })
  // A person names the area by hand where the home's own name is a blank.
  const area = isBlank(own.home) ? PLAIN.home : own.home
  const first = (kind: NoticeFacts['kind']): boolean => kind === 'quick-report' || kind === 'no-quake'
  return NOTICE_KINDS.flatMap((kind) =>
    (kind === 'withdrawal' ? WITHDRAWAL_REASONS : [null]).map((withdrawal): NoticeFacts => {
      const silent = kind === 'withdrawal' || kind === 'no-quake'
      return {
        kind,
        class: lane,
        bureauName: own.name,
        bureauShortName: own.shortName,
        serial,
        report: first(kind) ? 1 : 2,
        url: `${own.publicUrl}/n/23456789`,
        issuedAt: AT + 600_000,
        origin: silent ? null : origin(kind === 'quick-report', 5.2),
        previous: kind === 'revision' || kind === 'correction' ? origin(false, 4.7) : null,
        replaces: first(kind) ? '' : `${serial} 第1报`,
        replacedIssuedAt: first(kind) ? null : AT + 120_000,
        withdrawal,
        checked: silent ? { from: AT, to: AT + 600_000, area, magnitudeFloor: 3, cause: '' } : null,
        nearest: [],
        home: silent ? null : { name: own.home, distanceKm: 100 },
        maybeFelt: !silent,
      }
    }),
  )
}
