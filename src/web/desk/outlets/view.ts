// In: outlets, the register, credentials' notes, standings. Out: the list of channels and one channel's page, as people read them.
// Must not have a credential: only who set which, when, and until when.
import { END_STEPS, listSteps, speaks, type EntryState, type EntryStep } from '../../../core/channel-register.ts'
import { DAY, type Instant } from '../../../core/instant.ts'
import type { Outlet } from '../../../publish/outlets.ts'
import type { RegisterEntry, RegisterStep } from '../../../store/channel-register.ts'
import type { CredentialNote } from '../../../store/credentials.ts'
import type { OutletStanding } from '../../../store/outlet-standing.ts'
import { CHANNEL_NAMES, writeMoment } from '../board/words.ts'
import {
  describeEntry,
  describeLimit,
  describeTightest,
  isShort,
  nameCredential,
  STEP_WORDS,
  STATE_WORDS,
  writeDay,
  type Tone,
} from './words.ts'

/** What is known of one outlet, gathered once. */
export interface Known {
  outlet: Outlet
  entry: RegisterEntry | null
  inherited: boolean
  stopped: boolean
  credentials: CredentialNote[]
  enterable: { name: string; awaited: boolean }[]
  standing: OutletStanding
}

export interface Fact {
  words: string
  tone: Tone
}

export interface ChannelRow {
  id: string
  name: string
  lane: string
  drill: boolean
  register: Fact
  running: Fact
  budget: Fact
  credential: Fact
  last: string
}

type Names = (account: string) => string

/** 微博（weibo-main） */
export function nameChannel({ id, channel, config }: Outlet): string {
  const account = channel.account?.(config)
  return `${account?.platform ?? CHANNEL_NAMES[channel.name] ?? channel.name}（${id}）`
}

export function viewRow(known: Known, now: Instant): ChannelRow {
  const { outlet, standing } = known
  const mode = outlet.mode === 'rehearsal' ? '预演' : '发布'
  return {
    id: outlet.id,
    name: nameChannel(outlet),
    lane: outlet.class === 'drill' ? `演练 · ${mode}` : mode,
    drill: outlet.class === 'drill',
    register: viewEntryState(known),
    running: viewRunning(known),
    budget: viewBudget(standing),
    credential: viewCredentials(known, now),
    last: standing.lastAcceptedAt === null ? '尚无' : writeMoment(standing.lastAcceptedAt),
  }
}

function viewEntryState({ outlet, entry, inherited }: Known): Fact {
  return describeEntry(entry?.state ?? null, {
    isAccount: outlet.class === 'actual' && outlet.channel.account !== undefined,
    inherited,
    needed: outlet.needsEntry === true && !inherited,
  })
}

/** Every limit of its platform, for the channel's own page. */
export const listLimits = ({ standing }: Known): string[] => standing.limits.map(describeLimit)

function viewRunning({ outlet, entry, inherited, stopped, standing }: Known): Fact {
  if (stopped) return { words: '已由人工停用', tone: 'bad' }
  const speaking = inherited || (entry !== null && speaks(entry.state))
  if (outlet.needsEntry === true && !speaking) return { words: '未获准，不发布', tone: 'bad' }
  if (standing.isSilent) return { words: '连续无回音，稍后再试', tone: 'bad' }
  return outlet.mode === 'rehearsal' ? { words: '预演，不发出', tone: 'soft' } : { words: '正常', tone: 'ok' }
}

function viewBudget({ limits }: OutletStanding): Fact {
  if (limits.length === 0) return { words: '不限', tone: 'soft' }
  return { words: describeTightest(limits), tone: limits.some(isShort) ? 'bad' : 'ok' }
}

function viewCredentials({ enterable, credentials }: Known, now: Instant): Fact {
  if (enterable.length === 0) return { words: '无', tone: 'soft' }
  const entered = enterable.flatMap(({ name }) => credentials.filter((one) => one.name === name))
  const missing = enterable.filter(({ name, awaited }) => awaited && !entered.some((one) => one.name === name))
  if (missing.length > 0)
    return { words: `待填写：${missing.map(({ name }) => nameCredential(name)).join('、')}`, tone: 'bad' }
  if (entered.length === 0) return { words: '用配置文件中的', tone: 'soft' }
  const newest = Math.max(...entered.map(({ setAt }) => setAt))
  const ends = entered.flatMap(({ endsAt }) => (endsAt === null ? [] : [endsAt]))
  const until = ends.length === 0 ? '' : `，${writeDay(Math.min(...ends))}到期`
  const days = Math.floor((now - newest) / DAY)
  const age = days < 1 ? '今日填写' : `${days} 天前填写`
  const soon = ends.length > 0 && Math.min(...ends) - now <= END_STEPS[0] * DAY
  return { words: `${age}${until}`, tone: soon ? 'bad' : 'ok' }
}

export interface CredentialRow {
  name: string
  label: string
  words: string
  entered: boolean
}

export function listCredentialRows({ enterable, credentials }: Known, name: Names): CredentialRow[] {
  return enterable.map((one): CredentialRow => {
    const note = credentials.find((each) => each.name === one.name)
    const label = `${nameCredential(one.name)} ${one.name}`
    if (!note) return { name: one.name, label, words: one.awaited ? '尚未填写' : '用配置文件中的', entered: false }
    const until = note.endsAt === null ? '未填到期日' : `${writeDay(note.endsAt)}到期`
    return {
      name: one.name,
      label,
      words: `${name(note.setBy)} 于 ${writeMoment(note.setAt)} 填写，${until}`,
      entered: true,
    }
  })
}

export interface EntryCard {
  state: string
  facts: { name: string; value: string }[]
  /** What an adjustment would make of it. */
  proposed: { name: string; value: string }[]
}

export function viewEntry(entry: RegisterEntry, name: Names): EntryCard {
  const fact = (label: string, value: string): { name: string; value: string }[] =>
    value === '' ? [] : [{ name: label, value }]
  const day = (at: Instant | null): string => (at === null ? '' : writeDay(at))
  return {
    state: STATE_WORDS[entry.state],
    facts: [
      ...fact('账号名称', entry.accountName),
      ...fact('责任人', entry.responsible),
      ...fact('用途', entry.purpose),
      ...fact('批准文号', entry.approvalNumber),
      ...fact('申请', `${name(entry.askedBy)} ${day(entry.askedAt)}`),
      ...fact('批准', entry.approvedBy === null ? '' : `${name(entry.approvedBy)} ${day(entry.approvedAt)}`),
      ...fact('启用', day(entry.startedAt)),
      ...fact('关闭', day(entry.closedAt)),
    ],
    proposed:
      entry.proposed === null
        ? []
        : [
            ...fact('账号名称', entry.proposed.accountName),
            ...fact('责任人', entry.proposed.responsible),
            ...fact('用途', entry.proposed.purpose),
          ],
  }
}

export function viewStep(step: RegisterStep, name: Names): string {
  const number = step.number === '' ? '' : `，${step.number}`
  const words = step.words === '' ? '' : `（${step.words}）`
  return `${writeMoment(step.at)} ${name(step.account)} ${STEP_WORDS[step.step]}${number}${words}`
}

/** The forms that somebody may send from here. */
export function listForms(
  state: EntryState | null,
  may: { manages: boolean; approves: boolean },
): { step: EntryStep; name: string; fields: boolean; number: boolean }[] {
  return listSteps(state)
    .filter((step) => (step === 'approve' || step === 'turn-down' ? may.approves : may.manages))
    .map((step) => ({
      step,
      name: STEP_WORDS[step],
      fields: step === 'apply' || step === 'adjust',
      number: step === 'approve',
    }))
}
