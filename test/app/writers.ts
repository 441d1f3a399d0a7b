// In: a running bureau. Out: those by whom a draft goes: who writes it, the duty officer, the lead; what they press on its page.
// Must not judge what the pages say.
import { expect } from 'vitest'
import type { Bureau } from './bureau.ts'
import { openFirst, openOfficer, type Page, type Visitor } from './officers.ts'

/** 政治关, 法律关, 保密关, 文字关. */
export const TICKS = ['political', 'legal', 'secrecy', 'wording']

/** What a writer types for an announcement. */
export const ANNOUNCEMENT = {
  kind: 'announcement',
  level: 'ordinary',
  outlet: ['weibo-main'],
  heading: '关于开展防震减灾宣传周活动的通知',
  summary: '防震减灾宣传周活动本周六在市民广场举行，欢迎参加。',
  body: '一、时间：本周六上午。\n二、地点：市民广场。',
}

export interface Writers {
  zhao: Visitor
  wang: Visitor
  li: Visitor
}

export async function openWriters(bureau: Bureau): Promise<Writers> {
  const admin = await openFirst(bureau)
  return {
    zhao: await openOfficer(bureau, admin, { login: 'zhao', name: '赵宣', roles: ['publicity'] }),
    wang: await openOfficer(bureau, admin, { login: 'wang', name: '王小明', roles: ['duty'] }),
    li: await openOfficer(bureau, admin, { login: 'li', name: '李处', roles: ['lead'] }),
  }
}

/** @returns the draft's page */
export async function beginDraft(by: Visitor, fields: Record<string, string | string[]>): Promise<string> {
  await by.get('/desk/drafts')
  const made = await by.post('/desk/drafts', fields)
  expect([made.status, made.body]).toEqual([303, ''])
  return made.to
}

export const readPage = async (by: Visitor, path: string): Promise<string> => (await by.get(path)).body

/** A button of the draft's page, for the version that stands on it. */
export async function pressDraft(
  by: Visitor,
  path: string,
  act: string,
  more: Record<string, string | string[]> = {},
): Promise<Page> {
  const seen = /第 (\d+) 稿，/.exec(await readPage(by, path))?.[1] ?? '1'
  return by.post(`${path}/${act}`, { seen, ...more })
}

/** Handed in by its writer and passed by another, with all four questions answered. */
export async function approveDraft(path: string, writer: Visitor, by: Visitor): Promise<void> {
  expect((await pressDraft(writer, path, 'submit')).to).toBe(path)
  expect((await pressDraft(by, path, 'pass', { tick: TICKS })).to).toBe(path)
}
