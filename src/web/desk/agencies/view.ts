// In: a line with how its messages fared, a token. Out: the same as text, with what is the reader's to do.
// Must not show a secret: they are not even read here.
import type { AgencyLine, AgencyToken, LineStanding } from '../../../store/rumours/agencies.ts'
import { writeMoment } from '../board/words.ts'

const STATE_NAMES: Readonly<Record<AgencyLine['state'], { name: string; tone: string }>> = {
  proposed: { name: '待带班领导批准', tone: 'wait' },
  running: { name: '已启用', tone: 'ok' },
  stopped: { name: '已停用', tone: 'soft' },
}

export interface LinePart {
  line: AgencyLine
  standing: LineStanding | null
  /** Where its system sends to. */
  door: string
  accountId: string
  may: { runs: boolean; stops: boolean }
  name: (account: string) => string
}

export function viewLine({ line, standing, door, accountId, may, name }: LinePart): object {
  const { state, setBy, setAt, decidedBy, decidedAt } = line
  return {
    id: line.organisation,
    name: line.organisationName,
    state: STATE_NAMES[state].name,
    tone: STATE_NAMES[state].tone,
    url: line.url ?? '（只接收对方发来的，不向对方发送）',
    intranet: line.intranet,
    door,
    set: `${name(setBy)} ${writeMoment(setAt)}`.trim(),
    decided: decidedAt === null ? '' : `${name(decidedBy ?? '')} ${writeMoment(decidedAt)}`.trim(),
    fared: standing === null ? '近 7 天没有消息' : writeStanding(standing),
    failing: (standing?.failed ?? 0) > 0,
    runs: may.runs && state !== 'running' && setBy !== accountId,
    stops: may.stops && state !== 'stopped',
  }
}

function writeStanding({ sent, waiting, failed, lastSentAt, answer }: LineStanding): string {
  const last = lastSentAt === null ? '' : `，最近 ${writeMoment(lastSentAt)}`
  const said = answer === '' ? '' : `；对方最近应答：${answer}`
  return `近 7 天送达 ${sent} 条${last}，待送 ${waiting} 条，未能送达 ${failed} 条${said}`
}

export function viewToken(token: AgencyToken, isOwn: boolean): object {
  return {
    id: token.id,
    name: token.name,
    who: isOwn ? '' : token.accountName,
    ends: writeMoment(token.endsAt),
    used: token.usedAt === null ? '从未使用' : `最近使用 ${writeMoment(token.usedAt)}`,
  }
}
