// In: a line of `degraded` on /readyz, as machines read it. Out: the same for the officer, in Chinese.
// Must not lose a line: one that is not known here is shown as it stands, after words that say what it is.
import { writeMoment } from './words.ts'

const HINTS = '多个节点之间的提示只经数据库传递，值班不受影响'

/** What each line starts with, and how it is said; `words` are what stood in its brackets. */
const KNOWN: readonly { code: RegExp; say: (words: readonly string[]) => string }[] = [
  { code: /^authorisation (\S+): (.+)$/, say: ([id, why]) => `预授权 ${id} 已失效：${why}，该类公告改为待核` },
  { code: /^no live outlet has alarms: true$/, say: () => '没有正式出口接收告警：待核和故障通知不到任何人' },
  { code: /^watch: step (\d+) reaches nobody$/, say: ([step]) => `告警第${step}步通知不到任何人` },
  { code: /^source (\S+) is silent$/, say: ([id]) => `来源 ${id} 没有应答` },
  {
    code: /^outlet (\S+): its account has no running entry/,
    say: ([id]) => `出口 ${id} 的账号没有在用的登记，不发布（渠道→登记）`,
  },
  {
    code: /^outlet (\S+): speaks as before the register/,
    say: ([id]) => `出口 ${id} 沿用登记制度之前的状态照常发布，其账号尚未登记`,
  },
  { code: /^roster: nobody is on duty now$/, say: () => '此刻无人值班' },
  {
    code: /^Redis \((.+)\) cannot be used since (\S+):/,
    say: ([place, since]) => `Redis（${place}）自 ${writeMoment(Date.parse(since ?? ''))} 起不能使用：${HINTS}`,
  },
  { code: /^REDIS_URL = /, say: () => `REDIS_URL 的写法有误：${HINTS}` },
]

/** @param line of `degraded` in the answer of /readyz */
export function sayDegraded(line: string): string {
  for (const { code, say } of KNOWN) {
    const found = code.exec(line)
    if (found) return say(found.slice(1))
  }
  // A text that cannot be carried, a name that was not filled in: said in Chinese already, after the key or outlet it is about.
  if (/\p{Script=Han}/u.test(line)) return line.replace(/^([^\s：:]+): /, '$1：')
  return `运行状态异常，代码：${line}`
}
