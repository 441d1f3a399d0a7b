// In: a text that the word guard stopped, and the names in it. Out: what is still wrong when the names are set aside.
// Must not take a sentence for a name: only what a bureau set down itself, or what ends as names of places do.
import type { NoticeFacts } from '../notice.ts'
import { findForbidden, type Finding } from './word-guard.ts'

/**
 * The guard stops sentences that predict, accuse, or were never filled in. A name does none of that by what it is made
 * of: 地震风险防治中心 forecasts nothing, 未来科学城 lies in the present, 大将镇 is no “将”.
 */
const PLACE_ENDS = /(?:[省市州盟县区旗镇乡村城岛港湾]|街道|苏木|嘎查|林场|农场|牧场)(?:附近|海域|附近海域|交界|一带)?$/
/** Stand for the names; distinct, or two places would read as one that is told twice. */
const STEMS = ['甲', '乙', '丙', '丁', '戊', '己', '庚']
/** Shorter ones would also set aside the same characters where they are ordinary words. */
const SHORTEST = 3
/** What the bureau wrote down as its own, a blank such as 某市 included: it is told at start (app/own-words.ts), and then heard. */
const SHORTEST_OWN = 2

/**
 * Searches a stopped text again, each name in it being one opaque noun.
 * @param text as findForbidden was given it
 * @returns what findForbidden still finds; [] when only the names had looked forbidden
 */
export function findBeyondNames(text: string, facts: NoticeFacts): Finding[] {
  return findForbidden(
    listNames(facts).reduce((rest, name, index) => rest.replaceAll(name, STEMS[index] ?? '甲'), text),
  )
}

function listNames(facts: NoticeFacts): string[] {
  const own = [facts.bureauName, facts.bureauShortName, facts.home?.name ?? '', ...serialHeads(facts.serial)]
  const told = [facts.origin?.place ?? '', facts.checked?.area ?? '']
  const arePlaces = told.filter((name) => PLACE_ENDS.test(name) && findForbidden(name).length === 0)
  return [...own.filter((name) => isLong(name, SHORTEST_OWN)), ...arePlaces.filter((name) => isLong(name, SHORTEST))]
}

function isLong(name: string, shortest: number): boolean {
  return name.trim() === name && Array.from(name).length >= shortest
}

/** 银震信〔2017 and 银震信2017年: the bureau's letters together with the year that only a serial has behind them. */
function serialHeads(serial: string): string[] {
  const [, letters = '', year = ''] = /^([^〔]{1,16})〔(\d{4})/.exec(serial) ?? []
  return letters === '' ? [] : [`${letters}〔${year}`, `${letters}${year}年`]
}
