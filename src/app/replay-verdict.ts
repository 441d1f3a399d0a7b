// In: what a scenario expects and what came of it. Out: every difference as a sentence; none means it passed.
// Must not forgive: what no scenario may show (two posts of one word, a forecast, a stray post) is looked for in each.
import { findForbidden } from '../core/rendering/word-guard.ts'
import type { Scenario } from '../town/scenario.ts'
import type { Evidence, SaidNotice } from './replay-evidence.ts'
import { compareHeard } from './replay-heard.ts'

type Expectation = Scenario['expect']
type ExpectedNotice = Expectation['notices'][number]

/** Ways a delivery may end without a post. */
const ENDED = new Set(['superseded', 'expired', 'cancelled', 'refused', 'rehearsal', 'failed'])

/** Compares; an empty list is a pass. */
export function findDifferences(scenario: Scenario, evidence: Evidence): string[] {
  const { expect } = scenario
  return [
    ...evidence.faults,
    ...evidence.strays.map((stray) => `a post that belongs to no notice: ${stray}`),
    ...compareNotices(expect.notices, evidence.notices),
    ...compareList(
      'holds',
      expect.holds,
      evidence.holds.map((hold) => hold.gate),
    ),
    ...expect.recorded
      .filter((gate) => !evidence.setAside.includes(gate))
      .map((gate) => `nothing was set aside by ${gate} (but by ${evidence.setAside.join(', ') || 'nothing'})`),
    ...(evidence.alarms.length < expect.alarms
      ? [`${evidence.alarms.length} alarms instead of at least ${expect.alarms}`]
      : []),
    ...evidence.unrung.map((alarm) => `an alarm never rang: ${alarm}`),
    ...compareHeard(expect, evidence.heard),
    ...findNever(expect.never, evidence),
    ...checkGate(scenario, evidence),
    ...evidence.notices.flatMap(checkAlways),
  ]
}

/** A false case must have been stopped by the gate it names, not by accident. */
function checkGate(scenario: Scenario, evidence: Evidence): string[] {
  const { gate, truth } = scenario
  if (truth || gate === undefined) return []
  const stopped = evidence.holds.some((h) => h.gate === gate) || evidence.setAside.includes(gate)
  return stopped
    ? []
    : [
        `the gate ${gate} did not stop it (holds ${list(evidence.holds.map((h) => h.gate))}, set aside by ${list(evidence.setAside)})`,
      ]
}

function compareList(what: string, wanted: readonly string[], got: readonly string[]): string[] {
  return wanted.join() === got.join() ? [] : [`${what} ${list(got)} instead of ${list(wanted)}`]
}

function compareNotices(wanted: readonly ExpectedNotice[], got: readonly SaidNotice[]): string[] {
  const kinds = compareList(
    'notices',
    wanted.map((n) => n.kind),
    got.map((n) => n.kind),
  )
  if (kinds.length > 0) return [...kinds, ...got.map((n) => `  said: ${n.kind} ${n.title}`)]
  return wanted.flatMap((expected, index) => {
    const said = got[index]
    // A page of the website tells of its successor: only the newest one holds its own words alone.
    const isSuperseded = got.slice(index + 1).some((later) => lineageOf(later) === (said ? lineageOf(said) : ''))
    return said ? compareNotice(expected, said, isSuperseded) : []
  })
}

function lineageOf(said: SaidNotice): string {
  return said.serial.split(' ')[0] ?? ''
}

function compareNotice(expected: ExpectedNotice, said: SaidNotice, isSuperseded: boolean): string[] {
  const showing = Object.entries(said.shown).filter(([, posts]) => posts.length > 0)
  const outlets = expected.outlets
    ? compareList(`${said.kind}: outlets`, expected.outlets.toSorted(), showing.map(([id]) => id).sort())
    : []
  const texts = showing.flatMap(([id, posts]) => posts.map((post) => ({ id, text: post.text })))
  const missing = texts.flatMap(({ id, text }) =>
    expected.contains
      .filter((word) => !text.includes(word))
      .map((word) => `${said.kind} on ${id} lacks ${word}: ${text.slice(0, 160)}`),
  )
  const pages = new Set(said.deliveries.filter((d) => d.channel === 'website' && isSuperseded).map((d) => d.outlet))
  const own = texts.filter(({ id }) => !pages.has(id))
  const wrong = own.flatMap(({ id, text }) =>
    expected.lacks
      .filter((word) => text.includes(word))
      .map((word) => `${said.kind} on ${id} says ${word}: ${quote(text, word)}`),
  )
  return [...outlets, ...missing, ...wrong]
}

function findNever(words: readonly string[], evidence: Evidence): string[] {
  return evidence.notices.flatMap((notice) =>
    Object.entries(notice.shown).flatMap(([id, posts]) =>
      posts.flatMap((post) => words.filter((word) => post.text.includes(word)).map((word) => `${id} shows ${word}`)),
    ),
  )
}

/** L2 and L8, whatever the scenario: one visible post per word and outlet, no forecast, nothing left hanging. */
function checkAlways(notice: SaidNotice): string[] {
  const faults: string[] = []
  for (const [outlet, posts] of Object.entries(notice.shown)) {
    const delivery = notice.deliveries.find((d) => d.outlet === outlet)
    if (posts.length > 1) faults.push(`${notice.serial} stands ${posts.length} times on ${outlet}`)
    if (posts.length === 1 && delivery?.channel !== 'website' && delivery?.state !== 'accepted') {
      faults.push(`${notice.serial} stands on ${outlet} though its delivery is ${delivery?.state ?? 'none'}`)
    }
    if (delivery?.state === 'accepted' && posts.length === 0)
      faults.push(`${notice.serial} is accepted by ${outlet} but not seen`)
    for (const post of posts) {
      const forbidden = findForbidden(post.text).filter((finding) => finding.rule === 'forecast')
      faults.push(...forbidden.map((finding) => `${notice.serial} predicts on ${outlet}: ${JSON.stringify(finding)}`))
    }
  }
  const hanging = notice.deliveries.filter((d) => d.state !== 'accepted' && !ENDED.has(d.state))
  return [...faults, ...hanging.map((d) => `${notice.serial} hangs on ${d.outlet}: ${d.state} ${d.reason}`)]
}

function list(words: readonly string[]): string {
  return words.length > 0 ? words.join(', ') : 'none'
}

function quote(text: string, word: string): string {
  const at = text.indexOf(word)
  return text.slice(Math.max(0, at - 30), at + word.length + 30)
}
